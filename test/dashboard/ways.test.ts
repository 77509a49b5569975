import assert from 'node:assert/strict';
import { bareWidget } from './widget';

interface Row {
  gatewayId: string;
  look: string;
  wayText: string;
  otherText: string;
  heardText: string;
  actText: string;
  isOpen: boolean;
  meters: { meterId: string; wayText: string; look: string }[];
}

interface Ways {
  rows: Row[];
  alarms: { title: string; detail: string; look: string }[];
  sumText: string;
  problem: string;
  trouble: string;
  person: string;
  openId: string | null;
  sent: string | null;
  take(msg: object): void;
  toggle(row: Row): void;
  open(row: Row): void;
  decide(row: Row): void;
}

interface Sent {
  by?: string;
  reference?: string;
  payload: Record<string, unknown>;
}

const SILENT_AFTER_MS = 300_000;
const MINUTE_MS = 60_000;
const direct = (msAgo = 0) => ({ way: 'direct', via: null, frames: 1, msAgo });
const through = (via: string, msAgo = 0) => ({ way: 'neighbour', via, frames: 1, msAgo });

const gateway = (gatewayId: string, now: object | null, more: object = {}): object => ({
  gatewayId,
  isDistrusted: false,
  now,
  used: now === null ? [] : [now],
  meters: [],
  ...more,
});

describe('ways.vue', () => {
  const sent: Sent[] = [];
  let timers = 0;
  let name = '';

  function widgetWith(gateways: object[], alarms: object[] = []): Ways {
    sent.length = 0;
    const widget = bareWidget('ways.vue', {
      sessionStorage: { getItem: () => name, setItem: () => undefined },
      document: { getElementById: () => null },
      setTimeout: () => (timers += 1),
      clearTimeout: () => undefined,
    }) as Ways & Record<string, unknown>;
    const send = (msg: Sent): void => void sent.push(msg);
    Object.assign(widget, { $nextTick: (run: () => void) => run(), send, ask: () => undefined });
    widget.take({ payload: { kind: 'ways', silentAfterMs: SILENT_AFTER_MS, gateways, alarms } });
    return widget;
  }
  const rowOf = (one: object): Row => widgetWith([one]).rows[0]!;
  beforeEach(() => (name = 'A. Clerk'));

  for (const [now, text, look] of [
    [direct(), 'Directly', 'direct'],
    [{ ...direct(), way: 'modem' }, 'By modem', 'modem'],
    [through('house-2'), 'Through house-2', 'neighbour'],
    [{ ...direct(), way: 'carried' }, 'On foot', 'carried'],
    [null, 'Not heard yet', 'none'],
    [direct(SILENT_AFTER_MS), 'Directly', 'direct'],
    [direct(SILENT_AFTER_MS + 1), 'Silent, last directly', 'silent'],
    [through('House-2', SILENT_AFTER_MS + 1), 'Silent, last through House-2', 'silent'],
  ] as const)
    it(`shows "${text}" for ${JSON.stringify(now)}`, () => {
      const row = rowOf(gateway('g', now));
      assert.deepEqual([row.wayText, row.look], [text, look]);
    });

  it('shows the way of each meter by itself, as people count', () => {
    const meters = ['M10', 'M9'].map((meterId) => ({ meterId, ...direct() }));
    meters.push({ meterId: 'M1', ...through('house-2') } as never);
    const row = rowOf(gateway('g', direct(), { meters }));
    assert.deepEqual(
      Array.from(row.meters, ({ meterId, wayText }) => [meterId, wayText]),
      [
        ['M1', 'Through house-2'],
        ['M9', 'Directly'],
        ['M10', 'Directly'],
      ],
    );
  });

  it('tells of the ways before the present one', () => {
    const now = through('house-2');
    const row = rowOf(gateway('g', now, { used: [now, direct(5_000), through('house-9', 9_000)] }));
    assert.equal(row.otherText, 'before directly, through house-9');
  });

  it('puts first what needs somebody, and counts', () => {
    const widget = widgetWith([
      gateway('g1', direct()),
      gateway('g10', through('g1')),
      gateway('g9', through('g1')),
      gateway('g4', direct(60 * MINUTE_MS)),
    ]);
    assert.deepEqual(
      Array.from(widget.rows, ({ gatewayId }) => gatewayId),
      ['g4', 'g9', 'g10', 'g1'],
    );
    assert.equal(widget.sumText, '4 gateways, 2 through a neighbour, 1 silent');
  });

  it('opens the meters of a short list, and of a long one those that somebody opens', () => {
    const meters = Array.from({ length: 41 }, (_, number) => ({ meterId: `M${number}`, ...direct() }));
    assert.equal(rowOf(gateway('g', direct(), { meters: meters.slice(1) })).isOpen, true);
    const widget = widgetWith([gateway('g', direct(), { meters })]);
    assert.equal(widget.rows[0]!.isOpen, false);
    widget.toggle(widget.rows[0]!);
    assert.equal(widget.rows[0]!.isOpen, true);
  });

  it('names the meter and the evidence of an alarm', () => {
    const evidence = ['g1', 'head-end'].map((by) => ({ by, kind: 'silent', count: 1 }));
    const facts = { gatewayId: 'g2', what: 'silent', evidence, meterIds: ['M7'] };
    const [alarm] = widgetWith([], [{ kind: 'compromise', facts, count: 2, msAgo: 3 * MINUTE_MS }]).alarms;
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
    const [alarm] = widgetWith([], [{ kind: 'discarded', facts, count: 1, msAgo: 0 }]).alarms;
    assert.deepEqual(
      [alarm?.title, alarm?.detail],
      ['g1 had no room left', '300 readings thinned, 5 values dropped, just now.'],
    );
  });

  it('does not accuse whoever is named in a forged frame', () => {
    const facts = { fault: 'forged', inTheNameOf: 'g1', via: 'g2', count: 3 };
    const [alarm] = widgetWith([], [{ kind: 'refused', facts, count: 3, msAgo: 0 }]).alarms;
    assert.equal(alarm?.title, 'Frames were refused, 3 times');
    assert.match(alarm.detail, /in the name of g1, who need not have sent them, brought by g2, just now\./);
  });

  it('asks for a name before anybody is distrusted, sends it along, and says what went wrong', () => {
    name = '';
    const widget = widgetWith([gateway('g1', direct())]);
    widget.open(widget.rows[0]!);
    widget.decide(widget.rows[0]!);
    assert.equal(widget.problem, 'Enter your name first.');
    assert.equal(sent.length, 0);
    widget.person = ' A. Clerk ';
    widget.decide(widget.rows[0]!);
    widget.decide(widget.rows[0]!);
    assert.equal(sent.length, 1, 'pressed twice');
    const [{ by, payload, reference }] = sent as [Sent];
    assert.deepEqual([by, { ...payload }], ['A. Clerk', { ask: 'distrust', gatewayId: 'g1' }]);
    widget.take({ reference: 'of another browser' });
    assert.equal(widget.sent, reference);
    widget.take({ reference, error: { message: 'RangeError: at most 100' } });
    assert.equal(widget.problem, 'It was not done: at most 100.');
    widget.decide(widget.rows[0]!);
    widget.take({ reference: sent[1]!.reference, payload: { kind: 'distrust' } });
    assert.equal(widget.openId, null);
  });

  it('offers to trust again whoever is not trusted', () => {
    assert.equal(rowOf(gateway('g1', direct(), { isDistrusted: true })).actText, 'Trust');
  });
});
