import assert from 'node:assert/strict';
import { HandedOver } from '../../../nodes/lib/neighbour/handed-over';
import type { Packet } from '../../../nodes/lib/neighbour/packet';
import { SeenPackets } from '../../../nodes/lib/neighbour/seen-packets';

const packet = (count: number, attempt = 0, text = 'sealed'): Packet => ({
  kind: 'up',
  hopsLeft: 3,
  attempt,
  id: { gatewayId: 'gw-1', boot: 1, count },
  otherGatewayId: '',
  frame: Buffer.from(text),
});

describe('the memory of packets that came by', () => {
  it('knows a packet again, and a later try as new', () => {
    const seen = new SeenPackets();
    assert.equal(seen.look(packet(1)), 'new');
    seen.remember(packet(1));
    assert.deepEqual(
      [seen.look(packet(1)), seen.look(packet(1, 1)), seen.look(packet(2))],
      ['repeated', 'new', 'new'],
    );
    seen.remember(packet(1, 1));
    assert.equal(seen.look(packet(1, 0)), 'repeated');
  });

  it('finds one number used for two frames', () => {
    const seen = new SeenPackets();
    seen.remember(packet(1));
    assert.equal(seen.look(packet(1, 1, 'another')), 'otherContent');
    seen.remember(packet(1, 1, 'another'));
    assert.deepEqual([seen.look(packet(1)), seen.look(packet(1, 1, 'another'))], ['repeated', 'repeated']);
  });

  it('forgets the oldest at its bound', () => {
    const seen = new SeenPackets();
    for (let count = 0; count <= 4_096; count += 1) seen.remember(packet(count));
    assert.deepEqual([seen.look(packet(0)), seen.look(packet(1))], ['new', 'repeated']);
  });
});

describe('the memory of what was handed over', () => {
  const id = (count: number, gatewayId = 'gw-1', boot = 1) => ({ gatewayId, boot, count });

  it('hands the last thousand over once each', () => {
    const handed = new HandedOver();
    for (let count = 0; count < 5_000; count += 2) handed.add('up', id(count), 7);
    assert.deepEqual(
      [4_998, 4_997, 4_000, 2_952, 2_950].map((count) => handed.has('up', id(count), 7)),
      [true, false, true, true, false],
    );
  });

  it('keeps nothing back because somebody else has used its number, or a later one', () => {
    const handed = new HandedOver();
    handed.add('up', id(5), 1);
    handed.add('up', id(60_000), 1);
    assert.deepEqual([handed.has('up', id(5), 2), handed.has('up', id(6), 1)], [false, false]);
  });

  it('keeps gateways, their starts and directions apart', () => {
    const handed = new HandedOver();
    handed.add('up', id(1), 7);
    assert.deepEqual(
      [
        handed.has('down', id(1), 7),
        handed.has('up', id(1, 'gw-2'), 7),
        handed.has('up', id(1, 'gw-1', 2), 7),
      ],
      [false, false, false],
    );
  });

  it('knows a jump that nobody makes', () => {
    const handed = new HandedOver();
    assert.equal(handed.isImpossible('up', id(4_000_000)), false);
    handed.add('up', id(0), 7);
    assert.deepEqual(
      [65_536, 65_537].map((count) => handed.isImpossible('up', id(count))),
      [false, true],
    );
  });
});
