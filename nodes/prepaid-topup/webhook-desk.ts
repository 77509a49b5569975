import { createHmac } from 'node:crypto';
import { WEBHOOK_ADAPTERS, type SiteMoney, type WebhookAdapter } from '../lib/payment/webhook-adapters';
import { signatureFault, type Headers, type Hmac } from '../lib/payment/webhook-signature';
import type { TopUpSettings } from '../lib/payment/top-up-settings';
import { errorText } from '../lib/text/to-error';
import { PaymentRefused, type PaymentDesk } from './payment-desk';
import { heldProblem, waitingProblem, type Problem } from './problems';

/** A payment is a few hundred bytes; no provider sends this much about one. */
export const MAX_BODY_BYTES = 65_536;
/** Anybody can post what is not signed; staff are told of it at once, then no oftener than this. */
const TELL_EVERY_MS = 60_000;
/** A provider asks again after this long, by itself or because it is told to. */
const RETRY_AFTER_S = '30';

export interface WebhookRequest {
  method: string;
  headers: Headers;
  /** As it came out of the http in node. */
  body: unknown;
}

export interface WebhookAnswer {
  statusCode: number;
  payload: object;
  headers?: Record<string, string>;
  /** What staff should know. */
  problem: Problem | null;
}

const hmac: Hmac = (algorithm, secret, pieces) => {
  const digest = createHmac(algorithm, secret);
  for (const piece of pieces) digest.update(piece);
  return digest.digest();
};

/** Deals with what a provider posts: only what it signed, over the very bytes, just now, and of each payment once. */
export class WebhookDesk {
  private readonly adapter: WebhookAdapter;
  private untold = 0;
  private toldMs = -Infinity;

  constructor(
    private readonly desk: PaymentDesk,
    private readonly settings: TopUpSettings,
    private readonly secrets: readonly string[],
    private readonly money: SiteMoney,
  ) {
    this.adapter = WEBHOOK_ADAPTERS[settings.provider];
  }

  /** `timesMs` are what clocks say, the machine's first. */
  async answer(request: WebhookRequest, timesMs: readonly [number, ...number[]]): Promise<WebhookAnswer> {
    const { body } = request;
    const refusal = this.refusalOf(request, timesMs);
    if (refusal) return this.tellSeldom(refusal, timesMs[0]);
    if (!(body instanceof Uint8Array)) throw new TypeError('a body that is no bytes was not refused');
    return this.take(body);
  }

  /** What is wrong with a request before anybody looks into its body. */
  private refusalOf(
    { method, headers, body }: WebhookRequest,
    timesMs: readonly number[],
  ): WebhookAnswer | null {
    if (method !== 'POST') return refused(405, 'a payment is told of with POST');
    if (!(body instanceof Uint8Array))
      return refused(500, 'the http in node must not parse the request body: tick that box in it');
    if (body.length > MAX_BODY_BYTES) return refused(413, `the body has more than ${MAX_BODY_BYTES} bytes`);
    const { secrets } = this;
    if (secrets.every((secret) => secret === ''))
      return refused(503, 'no secret is set for webhooks in this node');
    const fault = signatureFault(this.adapter.scheme, { headers, body, secrets, timesMs }, hmac);
    return fault === null ? null : refused(401, fault);
  }

  private tellSeldom(refusal: WebhookAnswer, nowMs: number): WebhookAnswer {
    this.untold += 1;
    const { problem } = refusal;
    if (!problem || Math.abs(nowMs - this.toldMs) < TELL_EVERY_MS) return { ...refusal, problem: null };
    const times = this.untold;
    this.untold = 0;
    this.toldMs = nowMs;
    return { ...refusal, problem: { ...problem, times } };
  }

  /** The body is the provider's own from here on. */
  private async take(body: Uint8Array): Promise<WebhookAnswer> {
    const { channel } = this.settings;
    const text = Buffer.from(body).toString('utf8');
    try {
      const told = this.adapter.read(readJson(text), this.money);
      if ('ignored' in told) return this.thank(null);
      const taken = await this.desk.take({ told, channel, source: 'webhook', by: '' }, false);
      if (taken.state === 'credited') return this.thank(null);
      if (taken.state === 'held') return this.thank(heldProblem(taken.payment, taken.problem));
      const problem = waitingProblem(taken.payment);
      return { ...refused(503, problem.problem), headers: { 'Retry-After': RETRY_AFTER_S }, problem };
    } catch (error) {
      if (error instanceof PaymentRefused) return refused(409, error.message, text);
      if (error instanceof RangeError) return refused(422, error.message, text);
      return { ...refused(503, errorText(error), text), headers: { 'Retry-After': RETRY_AFTER_S } };
    }
  }

  private thank(problem: Problem | null): WebhookAnswer {
    return { statusCode: 200, payload: this.adapter.thanks, problem };
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new RangeError('body must be JSON');
  }
}

/** The provider learns no more than that; staff see what was posted, if its signature was right. */
function refused(statusCode: number, problem: string, content = ''): WebhookAnswer {
  return { statusCode, payload: { error: problem }, problem: { kind: 'webhook', problem, content } };
}
