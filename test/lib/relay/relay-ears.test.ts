import assert from 'node:assert/strict';
import { RelayEars } from '../../../nodes/lib/relay/relay-ears';

/** As many as one device, and as all of them, may announce. */
const MAX_OF_DEVICE = 250;
const MAX_TOPICS = 5_000;

const toItself = (): boolean => true;
const toNobody = (): boolean => false;

function announce(
  ears: RelayEars,
  device: string,
  topic: string,
  { more = {}, isBound = toItself }: { more?: object; isBound?: (device: string) => boolean } = {},
): void {
  const config = { state_topic: topic, payload_on: '1', payload_off: '0', ...more };
  const words = topic.replaceAll('/', '_');
  ears.hear(`homeassistant/switch/${device}/${words}/config`, JSON.stringify(config), 0, isBound);
}
const isHeard = (ears: RelayEars, topic: string): boolean => ears.hear(topic, '0', 0, toItself).length > 0;

describe('what devices announce of their relays', () => {
  it('takes up a bounded room for each device, and for all of them, and what is more is counted', () => {
    const ears = new RelayEars();
    for (let number = 0; number <= MAX_OF_DEVICE; number += 1) announce(ears, 'greedy', `greedy/${number}/r`);
    assert.equal(ears.dropped, 1);
    assert.ok(isHeard(ears, `greedy/${MAX_OF_DEVICE - 1}/r`));
    assert.ok(!isHeard(ears, `greedy/${MAX_OF_DEVICE}/r`));
    announce(ears, 'honest', 'honest/0/r');
    assert.ok(isHeard(ears, 'honest/0/r'), 'there is room for others');
    announce(ears, 'greedy', 'greedy/7/r', { more: { payload_off: 'aus' } });
    assert.equal(ears.dropped, 1, 'what is known may be announced anew');
    assert.ok(!isHeard(ears, 'greedy/7/r'));

    let known = MAX_OF_DEVICE + 1;
    for (let device = 0; known < MAX_TOPICS; device += 1)
      for (let number = 0; number < MAX_OF_DEVICE && known < MAX_TOPICS; number += 1, known += 1)
        announce(ears, `d${device}`, `d${device}/${number}/r`);
    assert.equal(ears.dropped, 1);
    announce(ears, 'late', 'late/0/r');
    assert.equal(ears.dropped, 2);
    assert.ok(!isHeard(ears, 'late/0/r'));
  });

  it('is short: what is too long is not kept', () => {
    const ears = new RelayEars();
    announce(ears, 'd', `d/${'x'.repeat(300)}`);
    announce(ears, 'd', 'd/1', { more: { payload_on: 'y'.repeat(100) } });
    announce(ears, 'd', 'd/2', { more: { device: { identifiers: 'z'.repeat(100) } } });
    assert.equal(ears.dropped, 3);
  });

  it('is about itself where it may speak for itself only', () => {
    const ears = new RelayEars();
    announce(ears, 'thief', 'victim/pump');
    assert.ok(!isHeard(ears, 'victim/pump'));
    announce(ears, 'thief', 'thief/pump', { more: { device: { identifiers: ['victim'] } } });
    assert.deepEqual(ears.hear('thief/pump', '0', 0, toItself), [
      { device: 'thief:victim', reported: 'off', isBack: false },
    ]);
    assert.equal(ears.dropped, 1);
    announce(ears, 'bridge', 'lamp/state', {
      isBound: toNobody,
      more: { device: { identifiers: ['lamp'] } },
    });
    assert.deepEqual(ears.hear('lamp/state', '1', 0, toNobody), [
      { device: 'lamp', reported: 'on', isBack: false },
    ]);
  });
});

describe('what devices say of relays', () => {
  for (const [topic, payload] of [
    ['thief/data', { meterId: 'victim', relay: 'off', energyWh: 1, powerW: 2 }],
    ['thief/2/status/switch:0', { output: false }],
  ] as const)
    it(`is not about the relay of another: ${topic} ${JSON.stringify(payload)}`, () => {
      const ears = new RelayEars();
      assert.equal(ears.hear(topic, JSON.stringify(payload), 0, toNobody).length, 1, 'an operator may');
      assert.deepEqual(ears.hear(topic, JSON.stringify(payload), 0, toItself), []);
      assert.equal(ears.dropped, 1);
    });
});
