import assert from 'node:assert/strict';
import { CompromiseJudge } from '../../../nodes/lib/bypass/compromise-judge';
import { OBSERVATIONS } from '../../../nodes/lib/bypass/control';
import { NeighbourWatch } from '../../../nodes/lib/bypass/neighbour-watch';

const MINUTE_MS = 60_000;

describe('the judge of compromised gateways', () => {
  it('is not moved by a single liar, whatever it says and however often', () => {
    const judge = new CompromiseJudge(() => true);
    for (let minute = 0; minute < 600; minute += 1)
      for (const kind of OBSERVATIONS) {
        const observations = [{ gatewayId: 'honest', kind, count: 1_000, isKeyed: true }];
        assert.deepEqual(judge.report('liar', observations, minute * MINUTE_MS), []);
      }
  });

  it('raises one alarm with the evidence when two agree', () => {
    const judge = new CompromiseJudge(() => true);
    const observation = { gatewayId: 'bad', kind: 'replayed', count: 40, isKeyed: true } as const;
    assert.deepEqual(judge.report('left', [observation], 0), []);
    const [alarm, ...more] = judge.report('right', [observation], MINUTE_MS);
    assert.deepEqual(more, []);
    assert.equal(alarm?.gatewayId, 'bad');
    assert.deepEqual(
      alarm.evidence.map(({ by, kind }) => [by, kind]),
      [
        ['left', 'replayed'],
        ['right', 'replayed'],
      ],
    );
    assert.deepEqual(
      judge.report('left', [observation], 2 * MINUTE_MS),
      [],
      'said once is enough for an hour',
    );
  });

  it('does not add up different complaints, or old ones', () => {
    const judge = new CompromiseJudge(() => true);
    judge.report('left', [{ gatewayId: 'x', kind: 'crc', count: 50, isKeyed: true }], 0);
    assert.deepEqual(
      judge.report('right', [{ gatewayId: 'x', kind: 'replayed', count: 50, isKeyed: true }], 1),
      [],
    );
    assert.deepEqual(
      judge.report('right', [{ gatewayId: 'x', kind: 'crc', count: 50, isKeyed: true }], 60 * MINUTE_MS),
      [],
    );
  });

  it('lets nobody be a witness against itself', () => {
    const judge = new CompromiseJudge(() => true);
    const observation = { gatewayId: 'x', kind: 'clone', count: 1, isKeyed: true } as const;
    judge.report('x', [observation], 0);
    assert.deepEqual(judge.report('left', [observation], 1), []);
  });

  it('takes nobody for silent whom the head-end hears, and believes one neighbour when it does not', () => {
    let isHeard = true;
    const judge = new CompromiseJudge(() => isHeard);
    const observation = { gatewayId: 'x', kind: 'silent', count: 1, isKeyed: true } as const;
    judge.report('left', [observation], 0);
    assert.deepEqual(judge.report('right', [observation], 1), []);
    isHeard = false;
    const [alarm] = judge.report('left', [observation], 2);
    assert.equal(alarm?.kind, 'silent');
    assert.ok(alarm.evidence.some(({ by }) => by === 'head-end'));
  });

  it('counts nobody who saw it on a link without a key, not even one whom the head-end does not hear', () => {
    const judge = new CompromiseJudge(() => false);
    for (const by of ['left', 'right', 'third'])
      for (const kind of OBSERVATIONS)
        assert.deepEqual(judge.report(by, [{ gatewayId: 'x', kind, count: 1_000 }], 0), []);
  });

  it('needs no second witness for what the key of the gateway itself proves', () => {
    const judge = new CompromiseJudge(() => true);
    assert.equal(judge.seen('x', 'clone', 0).length, 1);
    assert.equal(judge.seen('x', 'replayed', 0).length, 0, 'anybody can repeat a frame');
    assert.equal(judge.seen('x', 'storage', 0).length, 0, 'a card may be changed');
  });
});

describe('the watch on neighbours', () => {
  it('tells what is worth telling, once, every five minutes', () => {
    const watch = new NeighbourWatch(0);
    watch.note({ gatewayId: 'left', kind: 'crc', count: 19 });
    watch.note({ gatewayId: 'right', kind: 'crc', count: 20 });
    watch.note({ gatewayId: 'right', kind: 'silent', count: 1, isKeyed: true });
    assert.deepEqual(watch.due(299_999), []);
    assert.deepEqual(watch.due(300_000), [
      { gatewayId: 'right', kind: 'crc', count: 20, isKeyed: false },
      { gatewayId: 'right', kind: 'silent', count: 1, isKeyed: true },
    ]);
    assert.deepEqual(watch.due(600_000), []);
  });

  it('has room for what is keyed however many names somebody thinks of', () => {
    const watch = new NeighbourWatch(0);
    for (let name = 0; name < 1_000; name += 1)
      watch.note({ gatewayId: `n${name}`, kind: 'clone', count: 1 });
    watch.note({ gatewayId: 'true', kind: 'clone', count: 1, isKeyed: true });
    const told = watch.due(300_000);
    assert.equal(told.length, 16);
    assert.ok(told.some(({ gatewayId }) => gatewayId === 'true'));
  });
});
