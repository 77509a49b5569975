import type { Node, NodeAPI, NodeDef } from 'node-red';
import { inForceMs } from '../lib/form/tariff-in-force';
import { tariffOfText } from '../lib/form/tariff-text';
import { asList, type PrepaidMessage } from '../lib/meter/prepaid-message';
import { migrateConfig } from '../lib/red/config-migration';
import { onInput } from '../lib/red/on-input';
import { readyOrFault } from '../lib/red/ready-or-fault';
import { requireSite } from '../lib/red/site-access';
import { showStatus } from '../lib/red/status';
import type { Site } from '../lib/site/site';
import type { Tariff } from '../lib/tariff/tariff';
import { DEFAULTS, MIGRATIONS, type TariffCalcConfig } from './tariff-calc.config';
import { Calculator } from './calculator';
import { FeedDesk } from './feed-desk';
import { PricingDesk } from './pricing-desk';
import { parseRequest, type TariffRequest } from './tariff-request';
import { TariffTrial } from './tariff-trial';

/** What a node with a site works with. */
interface Desks {
  pricing: PricingDesk;
  feed: FeedDesk;
  trial: TariffTrial;
  site: Site;
  /** Until the ledger has the tariff, nothing is priced; null from then on. */
  waiting: Promise<void> | null;
}

/** Priced messages, and answers. */
type Ports = [PrepaidMessage | null, PrepaidMessage | null];

export = function register(RED: NodeAPI): void {
  function TariffCalc(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const showBroken = (): void => showStatus(this, 'broken', RED._('tariff-calc.status.bad-tariff'));
    const openDesks = (site: Site, tariff: Tariff, config: TariffCalcConfig): Desks => {
      const desks: Desks = {
        site,
        pricing: new PricingDesk(site, tariff.tariffId, (error) => this.error(error)),
        feed: new FeedDesk(site, tariff.tariffId),
        trial: new TariffTrial(site, tariff),
        waiting: null,
      };
      if (config.state === 'approved') {
        desks.waiting = approve(site, tariff, config).then(() => {
          desks.waiting = null;
        });
        desks.waiting.catch((error: unknown) => {
          showBroken();
          this.error(error);
        });
      }
      return desks;
    };

    const ready = readyOrFault(
      this,
      () => {
        const config = migrateConfig<TariffCalcConfig>(definition, MIGRATIONS, DEFAULTS);
        const tariff = tariffOfText(config.tariff);
        const site = config.site === '' ? null : requireSite(RED, config.site);
        const { tariffId, version } = tariff;
        const look = config.state === 'draft' ? 'waiting' : 'well';
        const status = config.state === 'draft' ? 'draft' : 'ready';
        showStatus(this, look, RED._(`tariff-calc.status.${status}`, { tariff: tariffId, version }));
        return { calculator: new Calculator(tariff), desks: site && openDesks(site, tariff, config) };
      },
      showBroken,
    );

    onInput<PrepaidMessage>(this, (message) => {
      const { calculator, desks } = ready();
      const request = parseRequest(message);
      if (request.kind === 'bill') return [calculator.price(message), null];
      if (!desks) throw new Error('choose a site: open this node and set the field "Site"');
      if (desks.waiting === null) return answer(desks, message, request);
      return desks.waiting.then(
        () => answer(desks, message, request),
        (error: unknown) => {
          if (request.kind === 'readings') desks.site.giveBack(message, asList(message.payload));
          throw error;
        },
      );
    });
  }
  RED.nodes.registerType('tariff-calc', TariffCalc);
};

function answer(
  { pricing, feed, trial }: Desks,
  message: PrepaidMessage,
  request: Exclude<TariffRequest, { kind: 'bill' }>,
): Ports | Promise<Ports> {
  if (request.kind === 'readings') return [pricing.price(message), null];
  if (request.kind === 'prices') return feed.add(message, request.prices).then((result) => [null, result]);
  return trial.run(message, request).then((result) => [null, result]);
}

/** An approved tariff belongs to the ledger, which keeps every version for ever. */
async function approve(site: Site, tariff: Tariff, config: TariffCalcConfig): Promise<void> {
  const startMs = inForceMs(config.inForceFrom, tariff.timeZone);
  const result = await site.post({ type: 'approveTariff', tariff, inForceMs: startMs, by: 'flow' });
  site.prices.forgetAll();
  if (result.outcome === 'refused')
    throw new RangeError(`${result.field} "${result.value}" ${result.reason}`);
}
