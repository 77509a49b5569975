import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Posting } from '../lib/ledger/posting';
import { parseStaffRequest, type StaffRequest } from '../lib/ledger/staff-request';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { migrateConfig } from '../lib/red/config-migration';
import { onInput } from '../lib/red/on-input';
import { readyOrFault } from '../lib/red/ready-or-fault';
import { requireSite } from '../lib/red/site-access';
import { showStatus } from '../lib/red/status';
import type { Site } from '../lib/site/site';
import { DEFAULTS, MIGRATIONS, type PrepaidRegisterConfig } from './prepaid-register.config';

/** Who is named when a message names nobody. */
const BY_FLOW = 'flow';

export = function register(RED: NodeAPI): void {
  function PrepaidRegister(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const site = readyOrFault(
      this,
      () => {
        const { site: siteId } = migrateConfig<PrepaidRegisterConfig>(definition, MIGRATIONS, DEFAULTS);
        const found = requireSite(RED, siteId);
        showStatus(this, 'idle', RED._('prepaid-register.status.ready'));
        return found;
      },
      () => showStatus(this, 'broken', RED._('prepaid-register.status.not-ready')),
    );

    onInput<PrepaidMessage>(this, async (message) => {
      const ledger = site();
      const request = parseStaffRequest(message.payload);
      const by = typeof message['by'] === 'string' ? message['by'].trim() : BY_FLOW;
      if (request.kind === 'clock') {
        await acceptClock(ledger, request.by || by);
        showStatus(this, 'well', RED._('prepaid-register.status.clock'));
        return message;
      }
      refuseTaken(ledger, message.payload, request);
      const postings = postingsFor(request, by);
      const results = await Promise.all(postings.map((posting) => ledger.post(posting)));
      forgetChanged(ledger, request);
      const refused = results.find((result) => result.outcome === 'refused');
      if (refused?.outcome === 'refused')
        throw new RangeError(`${refused.field} ${refused.reason}, got "${refused.value}"`);
      showStatus(this, 'well', RED._(`prepaid-register.status.${request.kind}`, { count: postings.length }));
      return message;
    });
  }
  RED.nodes.registerType('prepaid-register', PrepaidRegister);
};

/** Whoever opens an account by hand may ask not to be given one that somebody has, perhaps without a meter. */
function refuseTaken({ store }: Site, payload: unknown, request: StaffRequest): void {
  if (request.kind !== 'register') return;
  const sources = (Array.isArray(payload) ? payload : [payload]) as { refuseExisting?: unknown }[];
  for (const [index, { accountId, meterId }] of request.registrations.entries()) {
    if (sources[index]?.refuseExisting !== true || !store.hasAccount(accountId)) continue;
    // The same once more, such as after an answer that was lost, is no mistake.
    if (store.knownMeter(meterId)?.accountId !== accountId)
      throw new RangeError(`accountId is that of another customer: choose another, got "${accountId}"`);
  }
}

/** What is written into the ledger; the clock is no part of it. */
type LedgerRequest = Exclude<StaffRequest, { kind: 'clock' }>;

/** A year of standing charges may hang on it, so somebody has to stand for it by name. */
async function acceptClock({ clockWatch }: Site, by: string): Promise<void> {
  if (by === '' || by === BY_FLOW) throw new RangeError('by must be the name of a person, got none');
  if (!clockWatch) throw new RangeError('clock cannot be accepted: that of this site is simulated');
  await clockWatch.accept(by);
}

/** Nothing here decides about anybody's light: the next reading or payment does, at the balance guard. */
function postingsFor(request: LedgerRequest, by: string): Posting[] {
  switch (request.kind) {
    case 'register':
      return request.registrations.map((registration) => ({ type: 'register', registration, by }));
    case 'takeDown': {
      const { meterId, closing } = request;
      return [{ type: 'closeMeter', meterId, closing, by, guard: null }];
    }
    case 'settle': {
      const { refusalId, settlement } = request;
      return [{ type: 'settleHeld', refusalId, settlement, by, guard: null }];
    }
  }
}

/** What is remembered of meters ahead of the ledger no longer holds once staff have changed them. */
function forgetChanged(site: Site, request: LedgerRequest): void {
  if (request.kind === 'register') for (const { meterId } of request.registrations) site.forgetMeter(meterId);
  else if (request.kind === 'takeDown') site.forgetMeter(request.meterId);
  else site.forgetMeters();
}
