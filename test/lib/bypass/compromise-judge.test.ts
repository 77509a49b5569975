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
        const observations = [{ gatewayId: 'honest', kind, count: 1_000 }];
        assert.deepEqual(judge.report('liar', observations, minute * MINUTE_MS), []);
      }
  });

  it('raises one alarm with the evidence when two agree', () => {
    const judge = new CompromiseJudge(() => true);
    const observation = { gatewayId: 'bad', kind: 'replayed', count: 40 } as const;
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
    judge.report('left', [{ gatewayId: 'x', kind: 'crc', count: 50 }], 0);
    assert.deepEqual(judge.report('right', [{ gatewayId: 'x', kind: 'replayed', count: 50 }], 1), []);
    assert.deepEqual(judge.report('right', [{ gatewayId: 'x', kind: 'crc', count: 50 }], 60 * MINUTE_MS), []);
  });

  it('lets nobody be a witness against itself', () => {
    const judge = new CompromiseJudge(() => true);
    const observation = { gatewayId: 'x', kind: 'clone', count: 1 } as const;
    judge.report('x', [observation], 0);
    assert.deepEqual(judge.report('left', [observation], 1), []);
  });

  it('takes nobody for silent whom the head-end hears, and believes one neighbour when it does not', () => {
    let isHeard = true;
    const judge = new CompromiseJudge(() => isHeard);
    const observation = { gatewayId: 'x', kind: 'silent', count: 1 } as const;
    judge.report('left', [observation], 0);
    assert.deepEqual(judge.report('right', [observation], 1), []);
    isHeard = false;
    const [alarm] = judge.report('left', [observation], 2);
    assert.equal(alarm?.kind, 'silent');
    assert.ok(alarm.evidence.some(({ by }) => by === 'head-end'));
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
    watch.note('left', 'crc', 19);
    watch.note('right', 'crc', 20);
    watch.note('right', 'silent');
    assert.deepEqual(watch.due(299_999), []);
    assert.deepEqual(watch.due(300_000), [
      { gatewayId: 'right', kind: 'crc', count: 20 },
      { gatewayId: 'right', kind: 'silent', count: 1 },
    ]);
    assert.deepEqual(watch.due(600_000), []);
  });
});
