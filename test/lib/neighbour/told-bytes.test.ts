import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  decodeAcknowledgement,
  decodeFragment,
  encodeAcknowledgement,
  encodeFragment,
  type Fragment,
} from '../../../nodes/lib/neighbour/fragment';
import { decodeHello, encodeHello, MAX_HEARD, MAX_HELLO_BYTES } from '../../../nodes/lib/neighbour/hello';
import {
  decodePacket,
  encodePacket,
  MAX_FRAME_BYTES,
  MAX_PACKET_BYTES,
  type Packet,
} from '../../../nodes/lib/neighbour/packet';
import { property } from '../property';

const LONGEST_NAME = 'g'.repeat(32);
const id = { gatewayId: LONGEST_NAME, boot: 0xffff_ffff, count: 0x8000_0000 };
const DOWN: Packet = {
  kind: 'down',
  hopsLeft: 3,
  attempt: 255,
  id,
  otherGatewayId: 'other',
  frame: Buffer.from([0]),
};

/** Damage must give nothing or something, never an exception. */
function survives(decode: (body: Uint8Array) => unknown, whole: Uint8Array): void {
  for (let end = 0; end < whole.length; end += 1) decode(whole.subarray(0, end));
  property(fc.uint8Array({ maxLength: 80 }), (bytes) => void decode(bytes));
}

describe('what neighbours tell each other', () => {
  it('a hello comes back as it was, at its largest too', () => {
    const heard = new Map(Array.from({ length: MAX_HEARD }, (_, at): [number, number] => [at + 1, 255 - at]));
    const way = { rootNode: 9, rootBoot: 65_535, beat: 3, cost: 17, hops: 2 };
    const hello = { gatewayId: LONGEST_NAME, boot: 0xdead_beef, way, heard };
    const body = encodeHello(hello);
    assert.equal(body.length, MAX_HELLO_BYTES);
    assert.deepEqual(decodeHello(body), hello);
    assert.deepEqual(decodeHello(encodeHello({ ...hello, way: null }))!.way, null);
    assert.equal(decodeHello(Buffer.concat([body, Buffer.of(1)])), null);
    survives(decodeHello, body);
  });

  it('a fragment and its acknowledgement come back as they were', () => {
    const fragment: Fragment = {
      session: 65_535,
      number: 1,
      stream: 'transit',
      isFirst: true,
      isLast: false,
      wantsAnswer: true,
      bytes: Buffer.from([1, 0]),
    };
    const body = encodeFragment(fragment);
    assert.deepEqual(decodeFragment(body), { ...fragment, bytes: body.subarray(5) });
    const answer = { session: 1, next: 65_535, later: 0x8000_0001, boot: 7 };
    assert.deepEqual(decodeAcknowledgement(encodeAcknowledgement(answer)), answer);
    assert.equal(decodeAcknowledgement(Buffer.alloc(13)), null);
    survives(decodeFragment, body);
  });

  it('a packet comes back as it was, at its largest too', () => {
    const largest = { ...DOWN, otherGatewayId: LONGEST_NAME, frame: new Uint8Array(MAX_FRAME_BYTES).fill(3) };
    const bytes = encodePacket(largest);
    assert.equal(bytes.length, MAX_PACKET_BYTES);
    const back = decodePacket(bytes)!;
    assert.deepEqual({ ...back, frame: Uint8Array.from(back.frame) }, largest);
    survives(decodePacket, encodePacket(DOWN));
  });

  it('a packet that breaks the rules is refused', () => {
    const refused: Packet[] = [
      { ...DOWN, frame: new Uint8Array(MAX_FRAME_BYTES + 1) },
      { ...DOWN, frame: new Uint8Array(0) },
      { ...DOWN, kind: 'receipt' },
      { ...DOWN, kind: 'up' },
      { ...DOWN, otherGatewayId: '' },
      { ...DOWN, hopsLeft: 33 },
      { ...DOWN, id: { ...id, gatewayId: 'a b' } },
    ];
    for (const packet of refused) assert.equal(decodePacket(encodePacket(packet)), null);
    assert.ok(decodePacket(encodePacket(DOWN)));
  });
});
