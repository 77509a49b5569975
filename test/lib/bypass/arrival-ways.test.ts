import assert from 'node:assert/strict';
import { ArrivalWays, type Passage } from '../../../nodes/lib/bypass/arrival-ways';

const DIRECT: Passage = { way: 'direct', via: null };
const MODEM: Passage = { way: 'modem', via: null };
const THROUGH = (via: string): Passage => ({ way: 'neighbour', via });

describe('which meter came by which way', () => {
  it('is told of each meter by its last reading', () => {
    const ways = new ArrivalWays();
    ways.note('gw', DIRECT, ['M1', 'M2'], 1_000);
    ways.note('gw', THROUGH('next'), ['M2'], 5_000);
    const [gateway] = ways.list(6_000);
    assert.deepEqual(gateway?.meters, [
      { meterId: 'M1', ...DIRECT, msAgo: 5_000 },
      { meterId: 'M2', ...THROUGH('next'), msAgo: 1_000 },
    ]);
    assert.deepEqual(gateway.now, { ...THROUGH('next'), frames: 1, msAgo: 1_000 });
    assert.deepEqual(gateway.used, [gateway.now, { ...DIRECT, frames: 1, msAgo: 5_000 }]);
  });

  it('does not take a question whether a way works again for the way in use', () => {
    const ways = new ArrivalWays();
    ways.note('gw', THROUGH('next'), ['M1'], 0);
    ways.note('gw', DIRECT, null, 10_000);
    assert.equal(ways.list(10_000)[0]?.now.way, 'neighbour');
    ways.note('gw', DIRECT, null, 130_000);
    assert.equal(ways.list(130_000)[0]?.now.way, 'direct', 'nothing else has come for two minutes');
  });

  it('finds the gateway that brought a meter last', () => {
    const ways = new ArrivalWays();
    ways.note('old', DIRECT, ['M1'], 1_000);
    ways.note('new', MODEM, ['M1'], 2_000);
    assert.equal(ways.gatewayOf('M1'), 'new');
    assert.equal(ways.gatewayOf('M2'), null);
    ways.forget('new');
    assert.equal(ways.gatewayOf('M1'), 'old');
  });

  it('is bounded in ways and meters, whoever moves about', () => {
    const ways = new ArrivalWays();
    for (let step = 0; step < 1_000; step += 1) ways.note('gw', THROUGH(`n${step}`), [`M${step}`], step);
    const [gateway] = ways.list(1_000);
    assert.equal(gateway?.used.length, 6);
    assert.equal(gateway.now.via, 'n999');
    assert.equal(gateway.meters.length, 500);
    ways.note('gw', DIRECT, ['M3'], 1_000);
    assert.equal(ways.list(1_000)[0]?.meters[3]?.way, 'direct', 'a known meter is still followed');
  });
});
