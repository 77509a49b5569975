import assert from 'node:assert/strict';
import type { Observation } from '../../nodes/lib/bypass/control';
import { HeadEndWatch } from '../../nodes/bypass-router/head-end-watch';

const CLONED: Observation[] = [{ gatewayId: 'gw-9', kind: 'clone', count: 2, isKeyed: true }];

describe('what a head-end finds suspicious', () => {
  const told: { kind: string; facts: Record<string, unknown> }[] = [];
  const distrusted = new Set<string>();
  let watch: HeadEndWatch;

  beforeEach(() => {
    told.length = 0;
    distrusted.clear();
    watch = new HeadEndWatch({
      tell: (kind, facts) => told.push({ kind, facts }),
      isHeard: () => true,
      isDistrusted: (gatewayId) => distrusted.has(gatewayId),
      meterIdsOf: (gatewayId) => [`meter of ${gatewayId}`],
    });
  });
  const kinds = (): string[] => told.map(({ kind }) => kind);

  it('names the gateway, its meters and the evidence when two agree', () => {
    watch.report('gw-1', CLONED);
    assert.deepEqual(kinds(), [], 'one alone may be a liar');
    watch.report('gw-2', CLONED);
    const [alarm] = told;
    assert.deepEqual([alarm?.kind, alarm?.facts['gatewayId']], ['compromise', 'gw-9']);
    assert.deepEqual(alarm?.facts['meterIds'], ['meter of gw-9']);
    assert.deepEqual(alarm.facts['evidence'], [
      { by: 'gw-1', kind: 'clone', count: 2, minutesAgo: 0 },
      { by: 'gw-2', kind: 'clone', count: 2, minutesAgo: 0 },
    ]);
    assert.equal(watch.alarms[0]?.kind, 'compromise');
  });

  it('hears no witness that is not trusted', () => {
    distrusted.add('gw-2');
    watch.report('gw-1', CLONED);
    watch.report('gw-2', CLONED);
    assert.deepEqual(kinds(), []);
    watch.report('gw-3', CLONED);
    assert.deepEqual(kinds(), ['compromise']);
  });

  it('tells of what nobody has proved, seldom, and accuses nobody of it', () => {
    const unkeyed = CLONED.map((seen) => ({ ...seen, isKeyed: false }));
    for (let time = 0; time < 20; time += 1)
      for (const by of ['gw-1', 'gw-2', 'gw-3']) watch.report(by, unkeyed);
    assert.deepEqual(kinds(), ['unproved', 'unproved', 'unproved']);
    assert.deepEqual(told[0]?.facts, {
      by: 'gw-1',
      seen: [{ inTheNameOf: 'gw-9', kind: 'clone', count: 2 }],
    });
    assert.equal(watch.alarms.length, 3);
  });

  it('accuses by itself whoever its own key proves it of', () => {
    watch.odd({ kind: 'odd', odd: 'clone', gatewayId: 'gw-9', via: 'gw-9' });
    assert.deepEqual(kinds(), ['compromise', 'clone']);
  });

  it('tells of forged frames once a minute, and accuses nobody of them', () => {
    for (let frame = 0; frame < 5; frame += 1)
      watch.refused({ fault: 'forged', gatewayId: 'gw-9', via: 'gw-1' });
    assert.deepEqual(kinds(), ['refused']);
    assert.deepEqual(
      [told[0]?.facts['inTheNameOf'], told[0]?.facts['gatewayId'], told[0]?.facts['count']],
      ['gw-9', undefined, 1],
    );
  });
});
