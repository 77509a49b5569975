import assert from 'node:assert/strict';
import { displayText, DISPLAY_COLUMNS } from '../../../nodes/lib/bypass/display-text';
import { CarryShare } from '../../../nodes/lib/bypass/carry-share';
import { WayChoice } from '../../../nodes/lib/bypass/way-choice';
import { WAY_LIMITS } from '../../../nodes/lib/bypass/way-health';
import { SimulatedNetwork } from './simulated-network';

const middle = (): number => 0.5;

describe('the choice of a way', () => {
  const newChoice = (): WayChoice => new WayChoice(['direct', 'neighbour'], 'automatic', middle, WAY_LIMITS);
  /** Three frames that nobody hears. */
  function breakDirect(choice: WayChoice): void {
    for (const seq of [1, 2, 3]) choice.sent('direct', seq, 100, seq * 1_000);
    assert.deepEqual(choice.judge(20_000), []);
    assert.deepEqual(choice.judge(21_000), [{ way: 'direct', isUp: false }]);
  }

  it('leaves a way when answers stop, whatever the socket says, and not for one lost frame', () => {
    const choice = newChoice();
    choice.sent('direct', 1, 100, 0);
    choice.judge(600_000);
    assert.equal(choice.current, 'direct', 'one frame may be lost anywhere');
    choice.heard([1], 600_000);
    const fresh = newChoice();
    breakDirect(fresh);
    assert.equal(fresh.current, 'neighbour');
    assert.ok(fresh.isOwnBroken);
  });

  it('asks a broken way after longer and longer waits, and trusts it after three answers', () => {
    const choice = newChoice();
    breakDirect(choice);
    const asked: number[] = [];
    for (let nowMs = 21_000; nowMs < 400_000; nowMs += 100)
      if (choice.toProbe(nowMs).length > 0) asked.push(nowMs);
    const waits = asked.slice(1).map((atMs, index) => atMs - asked[index]!);
    assert.ok(
      waits.every((wait, index) => index === 0 || wait >= waits[index - 1]!),
      waits.join(),
    );
    choice.sent('direct', 10, 100, 400_000);
    choice.sent('direct', 11, 100, 400_000);
    choice.sent('direct', 12, 100, 400_000);
    assert.deepEqual(choice.heard([10, 11], 401_000), []);
    assert.equal(choice.current, 'neighbour');
    assert.deepEqual(choice.heard([12], 402_000), [{ way: 'direct', isUp: true }]);
    assert.equal(choice.current, 'direct');
  });

  it('does what it is told in manual mode', () => {
    const choice = newChoice();
    choice.mode = 'neighbour';
    assert.equal(choice.current, 'neighbour');
    choice.mode = 'modem';
    assert.equal(choice.current, null, 'there is no modem');
  });

  it('keeps to the pace of a slow wire', () => {
    const choice = newChoice();
    choice.sent('neighbour', 1, 7_000, 0);
    assert.equal(choice.isFree('neighbour', 9_900), false);
    assert.equal(choice.isFree('neighbour', 10_000), true);
  });

  it('does not flap on a way that loses a third', () => {
    const network = new SimulatedNetwork(99, ['gw-0', 'gw-1']);
    network.faults = { loss: 0.3, duplication: 0.1, corruption: 0, longestDelayMs: 500 };
    network.run(3_600_000, () => {
      if (network.nowMs % 10_000 === 0) network.read('gw-0');
    });
    const changes = network.gateway('gw-0').events.filter(({ kind }) => kind === 'way');
    assert.ok(changes.length <= 4, JSON.stringify(changes));
    network.dispose();
  }).timeout(60_000);

  it('comes back to its own way when that is mended', () => {
    const network = new SimulatedNetwork(98, ['gw-0', 'gw-1']);
    const gateway = network.gateway('gw-0');
    const read = (): void => {
      if (network.nowMs % 5_000 === 0) network.read('gw-0');
    };
    gateway.isCut = true;
    network.run(120_000, read);
    assert.equal(gateway.side.display().state, 'barred');
    gateway.isCut = false;
    network.run(400_000, read);
    assert.equal(gateway.side.display().state, 'direct');
    network.dispose();
  }).timeout(60_000);
});

describe('what neighbours may use of a way', () => {
  it('is half of it', () => {
    const share = new CarryShare(0);
    let carried = 0;
    for (let nowMs = 0; nowMs < 1_000_000; nowMs += 100) if (share.take('modem', 500, nowMs)) carried += 500;
    assert.ok(carried <= 60_000 + 1_000_000, String(carried));
    assert.ok(carried >= 1_000_000);
  });
});

describe('the display', () => {
  it('fits on two lines of sixteen whatever it counts', () => {
    for (const isOwnBroken of [true, false])
      for (const way of ['direct', 'neighbour', null] as const)
        for (const count of [0, 3, 12_345_678])
          for (const line of displayText({ isOwnBroken, way, carriedFor: count, waiting: count }).lines)
            assert.ok(line.length <= DISPLAY_COLUMNS, line);
  });

  it('says what the two meters of a ring say', () => {
    const facts = { way: 'neighbour', carriedFor: 0, waiting: 0 } as const;
    assert.equal(displayText({ ...facts, isOwnBroken: true }).lines.join(' '), 'Connection barred');
    assert.equal(
      displayText({ ...facts, way: 'direct', isOwnBroken: false, carriedFor: 1 }).lines[0],
      'Routed',
    );
  });
});
