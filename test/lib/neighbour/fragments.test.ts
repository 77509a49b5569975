import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Fragment } from '../../../nodes/lib/neighbour/fragment';
import { FragmentReceiver } from '../../../nodes/lib/neighbour/fragment-receiver';
import { FragmentSender } from '../../../nodes/lib/neighbour/fragment-sender';
import { MAX_PACKET_BYTES } from '../../../nodes/lib/neighbour/packet';
import { StreamShares } from '../../../nodes/lib/neighbour/stream-shares';
import { property } from '../property';
import { dice } from './seeded-dice';

const LIMITS = { isShared: false, fragmentBytes: 10, windowFragments: 8 };
const BOOT = 1;

function pair(limits = LIMITS) {
  let session = 100;
  const sender = new FragmentSender(limits, () => session++);
  const receiver = new FragmentReceiver();
  const got: string[] = [];
  const done: string[] = [];
  const offer = (text: string, stream: Fragment['stream'] = 'own'): void =>
    sender.shares.offer({
      stream,
      bytes: Buffer.from(text),
      onDone: (isDelivered) => done.push(`${isDelivered ? '' : 'not '}${text}`),
    });
  const hear = (fragment: Omit<Fragment, 'wantsAnswer'>): void => {
    const { packets, fault } = receiver.take({ ...fragment, wantsAnswer: false });
    assert.equal(fault, null);
    got.push(...packets.map((packet) => Buffer.from(packet).toString()));
  };
  const answer = (): boolean => sender.acknowledge(receiver.acknowledgement(BOOT));
  const takeAll = () => {
    const all = [];
    for (let next = sender.take(); next; next = sender.take()) all.push(next);
    return all;
  };
  return { sender, receiver, got, done, offer, hear, answer, takeAll };
}

const LONG = 'abcdefghijklmnopqrstuvwxyz0123456789';

describe('fragments', () => {
  it('make a packet again, and their acknowledgement makes it delivered', () => {
    const { offer, takeAll, hear, answer, got, done } = pair();
    offer(LONG);
    const sent = takeAll();
    assert.deepEqual(
      sent.map(({ bytes }) => bytes.length),
      [10, 10, 10, 6],
    );
    sent.forEach(hear);
    assert.deepEqual([got, done], [[LONG], []]);
    assert.ok(answer());
    assert.deepEqual(done, [LONG]);
  });

  it('one lost fragment is sent again and no other', () => {
    const { offer, takeAll, hear, answer, got } = pair();
    offer(LONG);
    takeAll().forEach((fragment, at) => at !== 1 && hear(fragment));
    answer();
    const again = takeAll();
    assert.deepEqual(
      again.map(({ number }) => number),
      [1],
    );
    again.forEach(hear);
    assert.deepEqual(got, [LONG]);
  });

  it('after a silence only the oldest goes, to learn what is missing', () => {
    const { sender, offer, takeAll, hear, answer, got } = pair();
    offer(LONG);
    takeAll();
    sender.passDeadline();
    const probe = takeAll();
    assert.deepEqual(
      probe.map(({ number }) => number),
      [0],
    );
    probe.forEach(hear);
    answer();
    // What went before the probe and is not named in its answer is lost.
    const rest = takeAll();
    assert.deepEqual(
      rest.map(({ number }) => number),
      [1, 2, 3],
    );
    rest.forEach(hear);
    assert.deepEqual(got, [LONG]);
  });

  it('never are more under way than the window holds', () => {
    const { offer, takeAll } = pair();
    offer(LONG.repeat(10));
    assert.equal(takeAll().length, LIMITS.windowFragments);
  });

  it('a packet begins anew when the far side has forgotten everything', () => {
    for (const isShared of [false, true]) {
      const { sender, offer, takeAll, hear, answer, got } = pair({ ...LIMITS, isShared });
      offer('before');
      takeAll().forEach(hear);
      answer();
      offer(LONG);
      takeAll();
      // The far side lost its memory, not its name: it answers about no session at all.
      sender.acknowledge(new FragmentReceiver().acknowledgement(BOOT));
      takeAll().forEach(hear);
      answer();
      assert.deepEqual(got, ['before', LONG]);
    }
  });

  it('an answer about numbers that were never sent is not believed', () => {
    const { sender, offer, takeAll } = pair();
    offer(LONG);
    const [{ session }] = takeAll() as [Fragment];
    assert.equal(sender.acknowledge({ session, next: 5, later: 0, boot: BOOT }), false);
  });

  it('everybody is told when the neighbour is lost', () => {
    const { sender, offer, takeAll, done } = pair();
    offer('one');
    takeAll();
    offer('two');
    sender.close();
    assert.deepEqual(done, ['not one', 'not two']);
    assert.equal(sender.isReady, false);
  });

  it('arrive in order and once, whatever is lost, doubled and late', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 60 }), {
      minLength: 1,
      maxLength: 12,
    });
    property(fc.tuple(texts, fc.integer()), ([packets, seed]) => {
      const random = dice(seed);
      const { sender, offer, hear, answer, got, done } = pair();
      packets.forEach((text) => offer(text));
      const air: Omit<Fragment, 'wantsAnswer'>[] = [];
      for (let step = 0; step < 4_000 && done.length < packets.length; step += 1) {
        const next = sender.take();
        if (next && random() > 0.3) air.push(next);
        if (next && random() < 0.5) air.push(next);
        if (air.length > 0 && random() < 0.7) hear(air.splice(Math.floor(random() * air.length), 1)[0]!);
        if (random() < 0.3) assert.ok(answer());
        if (!next && random() < 0.3) sender.passDeadline();
      }
      assert.deepEqual(done, packets);
      // A new start of the numbers may bring a packet twice, which the packets' own numbers sort out.
      assert.deepEqual([...new Set(got)], [...new Set(packets)]);
    });
  });
});

describe('a fragment receiver', () => {
  const fragment = (number: number, more: Partial<Fragment> = {}): Fragment => ({
    session: 5,
    number,
    stream: 'own',
    isFirst: false,
    isLast: false,
    wantsAnswer: false,
    bytes: Buffer.alloc(8_000),
    ...more,
  });

  it('keeps streams apart', () => {
    const receiver = new FragmentReceiver();
    const one = { bytes: Buffer.from('1'), isFirst: true };
    const two = { bytes: Buffer.from('2'), isLast: true };
    const taken = [
      fragment(0, { ...one, stream: 'own' }),
      fragment(1, { ...one, stream: 'answers' }),
      fragment(2, { ...two, stream: 'own' }),
      fragment(3, { ...two, stream: 'answers' }),
    ].flatMap((piece) => receiver.take(piece).packets.map(String));
    assert.deepEqual(taken, ['12', '12']);
  });

  it('stops at the largest packet and at the window, and says so', () => {
    const receiver = new FragmentReceiver();
    receiver.take(fragment(0, { isFirst: true }));
    const faults = Array.from({ length: 8 }, (_, at) => receiver.take(fragment(at + 1)).fault);
    assert.equal(faults.indexOf('a packet larger than allowed'), Math.ceil(MAX_PACKET_BYTES / 8_000) - 2);
    assert.equal(receiver.take(fragment(200)).fault, 'a number outside of the window');
    assert.equal(new FragmentReceiver().take(fragment(0)).fault, 'a packet without a beginning');
  });

  it('takes no crumbs for ever', () => {
    const receiver = new FragmentReceiver();
    const crumb = { bytes: Buffer.from('x') };
    let fault: string | null = receiver.take(fragment(0, { ...crumb, isFirst: true })).fault;
    for (let number = 1; fault === null && number < 3_000; number += 1)
      ({ fault } = receiver.take(fragment(number, crumb)));
    assert.equal(fault, 'a packet larger than allowed');
  });
});

describe('shares of a link', () => {
  const packet = (stream: Fragment['stream'], bytes: number) => ({
    stream,
    bytes: Buffer.alloc(bytes, stream.charAt(0)),
    onDone: () => undefined,
  });

  it('are the same for each stream that has something, piece by piece', () => {
    const shares = new StreamShares();
    shares.offer(packet('transit', 3_000));
    for (let piece = 0; piece < 10; piece += 1) shares.nextPiece(100);
    shares.offer(packet('own', 3_000));
    shares.offer(packet('answers', 3_000));
    const served = { answers: 0, own: 0, transit: 0 };
    for (let piece = 0; piece < 30; piece += 1) served[shares.nextPiece(100)!.packet.stream] += 1;
    assert.deepEqual(served, { answers: 10, own: 10, transit: 10 });
  });

  it('have room within a bound', () => {
    const shares = new StreamShares();
    shares.offer(packet('own', 60_000));
    assert.deepEqual([shares.hasRoom('own'), shares.hasRoom('transit')], [false, true]);
    for (let count = 0; count < 8; count += 1) shares.offer(packet('transit', 1));
    assert.equal(shares.hasRoom('transit'), false);
  });
});
