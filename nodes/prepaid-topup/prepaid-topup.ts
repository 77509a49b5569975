import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { parsePaymentRequest } from '../lib/payment/payment-request';
import { topUpSettings } from '../lib/payment/top-up-settings';
import type { Headers } from '../lib/payment/webhook-signature';
import { migrateConfig } from '../lib/red/config-migration';
import { onClose } from '../lib/red/on-close';
import { onInput } from '../lib/red/on-input';
import { readyOrFault } from '../lib/red/ready-or-fault';
import { requireSite } from '../lib/red/site-access';
import { StatusLine } from '../lib/red/status';
import { moneyFormat } from '../lib/site/money-format';
import type { Site } from '../lib/site/site';
import { showValue } from '../lib/text/show-value';
import { toError } from '../lib/text/to-error';
import { PaymentDesk } from './payment-desk';
import { DEFAULTS, MIGRATIONS, type PrepaidTopupConfig } from './prepaid-topup.config';
import type { Problem } from './problems';
import { RequestDesk, type Reply } from './request-desk';
import { WebhookDesk, type WebhookRequest } from './webhook-desk';

/** Payments that were kept and not credited are tried again this often … */
const RETRY_EVERY_MS = 30_000;
/** … once they are older than the longest wait for an answer, and so many at a time. */
const RETRY_AFTER_MS = 15_000;
const MAX_RETRIES = 500;

interface TopupCredentials {
  secret?: string;
  /** The one before, while a provider is told of a new one. */
  formerSecret?: string;
}
type TopupNode = Node<TopupCredentials>;

type ToPorts = [PrepaidMessage | null, PrepaidMessage | null, PrepaidMessage[]];

interface Desks {
  site: Site;
  desk: PaymentDesk;
  requests: RequestDesk;
  webhooks: WebhookDesk;
}

const UNREADY = { statusCode: 503, payload: { error: 'not ready' } };

export = function register(RED: NodeAPI): void {
  function PrepaidTopup(this: TopupNode, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const status = new StatusLine(this);
    const ready = readyOrFault(
      this,
      () => {
        const desks = openDesks(RED, this, definition);
        status.show('idle', () => RED._('prepaid-topup.status.ready'));
        return desks;
      },
      () => status.show('broken', () => RED._('prepaid-topup.status.not-ready')),
    );

    const showAfter = (problems: readonly Problem[]): void => {
      const { credited } = ready().desk;
      const [problem] = problems;
      if (problem?.kind === 'waiting') status.show('broken', () => RED._('prepaid-topup.status.no-guard'));
      else if (problem) status.show('waiting', () => RED._('prepaid-topup.status.problem'));
      else status.show('well', () => RED._('prepaid-topup.status.credited', { credited }));
    };

    const readyFor = (message: PrepaidMessage): Desks => {
      try {
        return ready();
      } catch (error) {
        // A provider is answered all the same, or it would wait for nothing.
        if (message['req'] !== undefined) this.send([null, { ...message, ...UNREADY }, null]);
        throw error;
      }
    };

    onInput<PrepaidMessage>(this, async (message): Promise<ToPorts> => {
      const { site, requests, webhooks } = readyFor(message);
      if (message['req'] !== undefined) {
        const { problem, ...response } = await webhooks.answer(webhookOf(message), timesMs(site));
        const problems = problem ? [problem] : [];
        // A stranger who posts rubbish is not what the status is for, but a provider whose payment is not credited is.
        if (response.statusCode !== 401) showAfter(problems);
        return [null, { ...message, ...response }, problems.map(problemMessage)];
      }
      const { answer, problems } = await takeRequest(requests, message).catch((error: unknown) => {
        status.show('broken', () => RED._('prepaid-topup.status.refused'));
        throw error;
      });
      showAfter(problems);
      return [null, { ...message, payload: answer }, problems.map(problemMessage)];
    });

    const retry = async ({ site, desk }: Desks): Promise<void> => {
      const waiting = site.store.paymentsToCredit(site.nowMs() - RETRY_AFTER_MS, MAX_RETRIES);
      const results = await Promise.all(waiting.map((payment) => desk.bringOn(payment)));
      if (results.some(({ state }) => state === 'credited')) showAfter([]);
    };
    const retryAll = (): void => {
      try {
        retry(ready()).catch((error: unknown) => this.warn(toError(error)));
      } catch {
        // Why it is not ready has been said already.
      }
    };
    const timer = setInterval(retryAll, RETRY_EVERY_MS);
    // The flow has to be complete before anything is sent into it.
    const atStart = setImmediate(retryAll);

    onClose(this, () => {
      clearInterval(timer);
      clearImmediate(atStart);
      status.close();
    });
  }
  RED.nodes.registerType<TopupNode, NodeDef, unknown, TopupCredentials>('prepaid-topup', PrepaidTopup, {
    credentials: { secret: { type: 'password' }, formerSecret: { type: 'password' } },
  });
};

function openDesks(RED: NodeAPI, node: TopupNode, definition: NodeDef): Desks {
  const config = migrateConfig<PrepaidTopupConfig>(definition, MIGRATIONS, DEFAULTS);
  const settings = topUpSettings(config);
  const site = requireSite(RED, config.site);
  const siteName = RED.nodes.getNode(config.site).name ?? '';
  const desk = new PaymentDesk(site, siteName, settings, (message) => node.send([message, null, null]));
  const { secret = '', formerSecret = '' } = node.credentials;
  return {
    site,
    desk,
    requests: new RequestDesk(site, desk, settings),
    webhooks: new WebhookDesk(desk, settings, [secret, formerSecret], moneyFormat(site.currency)),
  };
}

/**
 * A provider signs by the clock on the wall, also where the site's is a simulated one. When that of this machine may be
 * wrong, the site's sure time may be the right one: a payment is not refused for it, and its reference counts once ever.
 */
function timesMs(site: Site): [number, ...number[]] {
  const sureMs = site.nowMs();
  const wallMs = Date.now();
  return site.clockWatch?.isDoubted === true ? [wallMs, sureMs] : [wallMs];
}

/** What the http in node received. */
function webhookOf({ req, payload }: PrepaidMessage): WebhookRequest {
  const { method = '', headers = {} } = req as { method?: string; headers?: Headers };
  return { method, headers, body: payload };
}

/** A text of a gateway, or what a person or another system asks. */
async function takeRequest(requests: RequestDesk, message: PrepaidMessage): Promise<Reply> {
  const { payload } = message;
  if (typeof payload === 'object' && payload !== null && 'from' in payload && 'text' in payload)
    return takeText(requests, payload);
  const by = typeof message['by'] === 'string' ? message['by'] : '';
  return requests.take(parsePaymentRequest(payload, by));
}

/** A modem that waits to hear that a text was taken hears it from the answer, when the payment is stored. */
async function takeText(
  requests: RequestDesk,
  payload: object & Record<'from' | 'text', unknown>,
): Promise<Reply> {
  const { from, text } = payload;
  const reply = await requests.takeText(showValue(from), typeof text === 'string' ? text : '');
  if (!('incomingId' in payload)) return reply;
  return { ...reply, answer: { ...reply.answer, took: payload.incomingId } };
}

function problemMessage(problem: Problem): PrepaidMessage {
  return { topic: problem.kind, payload: problem };
}
