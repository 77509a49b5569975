import assert from 'node:assert/strict';
import { parseRelayEntry } from '../../../nodes/lib/relay/dialects';
import type { PostingResult } from '../../../nodes/lib/ledger/posting';
import { HOME_TARIFF, registration } from '../io/sqlite/ledger-fixture';
import { RelayWorld } from './relay-world';

describe('the owner of a relay', () => {
  let world: RelayWorld;
  beforeEach(() => (world = new RelayWorld()));
  afterEach(() => world.dispose());

  const register = (number: number, relay: object): PostingResult => {
    const { dialect: relayDialect, settings: relaySettings, device } = parseRelayEntry(`M${number}`, relay);
    const entry = { relayDialect, relaySettings, relayDevice: device, tariffId: HOME_TARIFF.tariffId };
    const posting = { type: 'register', registration: { ...registration(number), ...entry } } as const;
    return world.post({ ...posting, by: 'staff' });
  };
  const assertRefused = (result: PostingResult, field: string, reason: RegExp): void => {
    assert.ok(result.outcome === 'refused', JSON.stringify(result));
    assert.equal(result.field, field);
    assert.match(result.reason, reason);
  };

  it('is one meter for each device, until that meter is taken down', () => {
    const relay = { dialect: 'tasmota', device: 'plug1' };
    assert.equal(register(1, relay).outcome, 'recorded');
    assert.equal(register(1, { ...relay, confirm: 'power' }).outcome, 'recorded');
    assertRefused(register(2, relay), 'relay.device', /is the relay of meter M1/);
    assert.equal(
      register(2, { ...relay, channel: 2 }).outcome,
      'recorded',
      'another channel is another relay',
    );
    world.post({ type: 'closeMeter', meterId: 'M1', closing: null, by: 'fitter', guard: null });
    assert.equal(register(3, relay).outcome, 'recorded');
  });

  it('is one meter for each line, whatever the line is for', () => {
    register(1, { dialect: 'gpio', line: 'RELAY1', readLine: 'CONTACT' });
    const says = /belongs to the relay of meter M1/;
    assertRefused(register(2, { dialect: 'gpio', line: 'RELAY1' }), 'relay.line', says);
    const latching = { dialect: 'latching', onLine: 'COIL_ON' };
    assertRefused(register(2, { ...latching, offLine: 'CONTACT' }), 'relay.offLine', says);
    assert.equal(register(2, { ...latching, offLine: 'COIL_OFF' }).outcome, 'recorded');
  });
});
