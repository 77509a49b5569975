import assert from 'node:assert/strict';
import { Tab } from './widget';

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
  sumText: string;
  problem: string;
  nameProblem: string;
  trouble: string;
  person: string;
  openId: string | null;
  sent: { reference: string } | null;
  ask(): void;
  take(msg: object): void;
  toggle(row: Row): void;
  open(row: Row): void;
  decide(row: Row): void;
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
  let tab: Tab;

  function widgetWith(gateways: object[]): Ways {
    const widget = tab.open('ways.vue') as unknown as Ways;
    tab.sent.length = 0;
    widget.ask = () => undefined;
    widget.take({ payload: { kind: 'ways', silentAfterMs: SILENT_AFTER_MS, gateways, alarms: [] } });
    return widget;
  }
  const rowOf = (one: object): Row => widgetWith([one]).rows[0]!;
  beforeEach(() => (tab = new Tab()));

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

  it('asks for a name before anybody is distrusted, sends it along, and says what went wrong', () => {
    const widget = widgetWith([gateway('g1', direct())]);
    const { sent } = tab;
    widget.open(widget.rows[0]!);
    widget.decide(widget.rows[0]!);
    assert.equal(widget.nameProblem, 'Enter your name first.');
    assert.equal(sent.length, 0);
    widget.person = ' A. Clerk ';
    widget.decide(widget.rows[0]!);
    widget.decide(widget.rows[0]!);
    assert.equal(sent.length, 1, 'pressed twice');
    const { by, payload, reference } = sent[0]!;
    assert.deepEqual([by, payload], ['A. Clerk', { ask: 'distrust', gatewayId: 'g1' }]);
    widget.take({ reference: 'of another browser' });
    assert.equal(widget.sent?.reference, reference);
    widget.take({ reference, error: { message: 'RangeError: at most 100' } });
    assert.equal(widget.problem, 'It was not done: at most 100.');
    widget.decide(widget.rows[0]!);
    widget.take({ reference: sent[1]!['reference'], payload: { kind: 'distrust' } });
    assert.equal(widget.openId, null);
  });

  it('says that nothing answers, however often it has asked, until something does', () => {
    const widget = tab.open('ways.vue') as unknown as Ways;
    widget.ask();
    tab.wait();
    assert.match(widget.trouble, /^No answer\./);
    widget.ask();
    widget.take({ payload: { kind: 'ways', silentAfterMs: SILENT_AFTER_MS, gateways: [], alarms: [] } });
    tab.wait();
    assert.equal(widget.trouble, '');
    widget.take({ payload: { ask: 'ways' }, error: { message: 'Error: not on this side' } });
    assert.equal(widget.trouble, 'No list: not on this side.');
  });

  it('offers to trust again whoever is not trusted', () => {
    assert.equal(rowOf(gateway('g1', direct(), { isDistrusted: true })).actText, 'Trust');
  });
});
