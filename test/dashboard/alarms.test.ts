import assert from 'node:assert/strict';
import { Tab } from './widget';

interface Alarm {
  title: string;
  detail: string;
  look: string;
}

const MINUTE_MS = 60_000;

function alarmsOf(...alarms: object[]): Alarm[] {
  const tab = new Tab();
  const widget = tab.open('alarms.vue') as { alarms?: Alarm[] };
  assert.deepEqual(tab.sent, [], 'the list of ways asks for both');
  tab.socket.tell('msg-input:w1', { payload: { kind: 'distrust', gatewayId: 'g1' } });
  assert.deepEqual(widget.alarms, []);
  tab.socket.tell('msg-input:w1', { payload: { kind: 'ways', gateways: [], alarms } });
  return widget.alarms ?? [];
}

describe('alarms.vue', () => {
  it('names the meter and the evidence of an alarm', () => {
    const evidence = ['g1', 'head-end'].map((by) => ({ by, kind: 'silent', count: 1 }));
    const facts = { gatewayId: 'g2', what: 'silent', evidence, meterIds: ['M7'] };
    const [alarm] = alarmsOf({ kind: 'compromise', facts, count: 2, msAgo: 3 * MINUTE_MS });
    assert.equal(alarm?.title, 'g2 may be compromised, 2 times');
    assert.equal(
      alarm.detail,
      'Silent: g1 saw silent (1); head-end saw silent (1). Its meters: M7. Raised 3 min ago.',
    );
    assert.equal(alarm.look, 'failed');
  });

  it('tells what a gateway had no room for', () => {
    const discarded = [
      { lane: 'reading', how: 'thinned', items: 300 },
      { lane: 'telemetry', how: 'dropped', items: 5 },
    ];
    const facts = { gatewayId: 'g1', discarded };
    const [alarm] = alarmsOf({ kind: 'discarded', facts, count: 1, msAgo: 0 });
    assert.deepEqual(
      [alarm?.title, alarm?.detail],
      ['g1 had no room left', '300 readings thinned, 5 values dropped, just now.'],
    );
  });

  it('does not accuse whoever is named in a forged frame', () => {
    const facts = { fault: 'forged', inTheNameOf: 'g1', via: 'g2', count: 3 };
    const [alarm] = alarmsOf({ kind: 'refused', facts, count: 3, msAgo: 0 });
    assert.equal(alarm?.title, 'Frames were refused, 3 times');
    assert.match(alarm.detail, /in the name of g1, who need not have sent them, brought by g2, just now\./);
  });

  for (const [kind, facts, title, detail, look] of [
    ['clone', { gatewayId: 'g1', via: 'g2' }, 'g1 speaks from two places', 'Came by g2, just now', 'failed'],
    ['trust', { gatewayId: 'g1', by: 'A. Clerk' }, 'g1 is trusted again', 'By A. Clerk, just now', 'asked'],
    ['storage', { gatewayId: 'g1' }, 'g1 has a new storage', 'just now', 'silent'],
    ['of tomorrow', { gatewayId: 'g1' }, 'g1 of tomorrow', 'just now', 'silent'],
    [
      'behind',
      { gatewayIds: ['g1', 'g2'], whatToDo: 'Look at them.' },
      'Gateways have not taken the new key',
      'g1, g2. Look at them. Raised just now',
      'silent',
    ],
    [
      'unproved',
      { by: 'g1', seen: [{ kind: 'crc', inTheNameOf: 'g2' }] },
      'Nobody is accused',
      'g1 saw damaged cells under the name g2, on links where anybody can use any name, just now',
      'silent',
    ],
  ] as const)
    it(`tells of "${kind}" in words of its own`, () => {
      const [alarm] = alarmsOf({ kind, facts, count: 1, msAgo: 0 });
      assert.deepEqual([alarm?.title, alarm?.detail, alarm?.look], [title, `${detail}.`, look]);
    });

  it('shows the first eight', () => {
    const alarms = Array.from({ length: 9 }, () => ({ kind: 'storage', facts: {}, count: 1, msAgo: 0 }));
    assert.equal(alarmsOf(...alarms).length, 8);
  });
});
