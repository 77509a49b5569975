import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeDeliver } from '../../../nodes/lib/sms/deliver-pdu';
import { readPdu } from '../../../nodes/lib/sms/read-pdu';
import { encodeStatusReport } from '../../../nodes/lib/sms/status-report-pdu';
import { encodeSubmit } from '../../../nodes/lib/sms/submit-pdu';
import { property } from '../property';
import { anyText, internationalNumber } from './texts';

const SENT_AT = { atMs: Date.parse('2026-11-21T12:00:00Z'), zoneMinutes: 345 };
const MAX_TPDU_OCTETS = 175;

const reference = () =>
  fc.oneof(
    fc.record({ bits: fc.constant(8 as const), value: fc.nat(255) }),
    fc.record({ bits: fc.constant(16 as const), value: fc.nat(65_535) }),
  );

describe('any message', function () {
  this.timeout(60_000);

  it('that is submitted says the same when it is read', () => {
    const messages = fc.record({
      to: internationalNumber(),
      text: anyText(600),
      encoding: fc.constantFrom('auto' as const, 'ucs2' as const),
      reference: reference(),
      isFlash: fc.boolean(),
      wantsReport: fc.boolean(),
      validityMs: fc.integer({ min: 1, max: 38_102_400_000 }),
    });
    property(messages, (message) => {
      let text = '';
      const parts = encodeSubmit(message);
      for (const [index, { pduHex, tpduOctets }] of parts.entries()) {
        assert.ok(tpduOctets <= MAX_TPDU_OCTETS);
        const pdu = readPdu(pduHex, tpduOctets);
        assert.ok(pdu.kind === 'submit');
        assert.deepEqual(pdu.problems, []);
        assert.deepEqual(pdu.to, { kind: 'number', text: message.to });
        assert.equal(pdu.wantsReport, message.wantsReport);
        assert.equal(pdu.messageClass, message.isFlash ? 0 : null);
        const { bits, value } = message.reference;
        const part = { reference: value, bits, total: parts.length, sequence: index + 1 };
        assert.deepEqual(pdu.part, parts.length === 1 ? null : part);
        text += pdu.text ?? '';
      }
      assert.equal(text, message.text);
    });
  });

  it('that is delivered says the same when it is read', () => {
    const messages = fc.record({ from: internationalNumber(), text: anyText(600), reference: reference() });
    property(messages, ({ from, text, reference: tie }) => {
      const parts = encodeDeliver({
        from: { kind: 'number', text: from },
        content: { text },
        sentAt: SENT_AT,
        reference: tie,
        smsc: '+9779800000000',
      });
      const pdus = parts.map(({ pduHex, tpduOctets }) => readPdu(pduHex, tpduOctets));
      assert.equal(pdus.map((pdu) => (pdu.kind === 'deliver' ? pdu.text : '?')).join(''), text);
      for (const pdu of pdus) {
        assert.ok(pdu.kind === 'deliver');
        assert.deepEqual(
          [pdu.from.text, pdu.smsc, pdu.sentAt, pdu.problems],
          [from, '+9779800000000', SENT_AT, []],
        );
      }
    });
  });

  it('that is data comes back octet for octet', () => {
    property(fc.uint8Array({ maxLength: 140 }), (octets) => {
      const dataHex = Buffer.from(octets).toString('hex').toUpperCase();
      const [part] = encodeDeliver({
        from: { kind: 'name', text: 'Meter' },
        content: { dataHex },
        sentAt: SENT_AT,
      });
      const pdu = readPdu(part!.pduHex);
      assert.ok(pdu.kind === 'deliver');
      assert.equal(pdu.dataHex, dataHex);
    });
    assert.throws(
      () => encodeDeliver({ from: { kind: 'name', text: 'M' }, content: { dataHex: '0' }, sentAt: SENT_AT }),
      /^RangeError: dataHex must be up to 140 octets/,
    );
  });
});

/** A small generator of its own, so that 50,000 random messages cost no time. */
function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('whatever a modem hands over', function () {
  this.timeout(60_000);

  const SEED = Number(process.env['WATTKEEPER_SEED'] ?? Date.now() % 0x7fffffff);
  const [text] = encodeDeliver({
    from: { kind: 'number', text: '+9779841234567' },
    content: { text: 'न'.repeat(80) },
    reference: { value: 7, bits: 8 },
    sentAt: SENT_AT,
    smsc: '+9779800000000',
  });
  const [submit] = encodeSubmit({ to: '1415', text: 'BAL', validityMs: 1, wantsReport: true });
  const report = encodeStatusReport({
    messageReference: 1,
    to: '1415',
    submittedAt: SENT_AT,
    dischargedAt: SENT_AT,
    status: 0,
  });
  const sound = [text!.pduHex, submit!.pduHex, report.pduHex];

  it(`never throws: 50,000 random and damaged PDUs (seed ${SEED})`, () => {
    const roll = dice(SEED);
    const seen = new Map<string, number>();
    for (let run = 0; run < 50_000; run += 1) {
      const octets =
        run % 2 === 0
          ? Buffer.from(Array.from({ length: roll(200) }, () => roll(256)))
          : Buffer.from(sound[roll(sound.length)]!, 'hex');
      if (run % 2 === 1)
        for (let change = roll(4); change >= 0; change -= 1) octets[roll(octets.length)] = roll(256);
      const cut = run % 3 === 0 ? roll(octets.length + 1) : octets.length;
      const hex = octets.subarray(0, cut).toString('hex');
      const pdu = readPdu(hex, roll(4) === 0 ? cut : undefined);
      seen.set(pdu.kind, (seen.get(pdu.kind) ?? 0) + 1);
      if (pdu.kind === 'unreadable') {
        assert.ok(pdu.problem !== '');
        assert.equal(pdu.pduHex, hex);
      } else if (pdu.kind !== 'status-report') {
        assert.equal(pdu.text === null, pdu.dataHex !== null, 'either a text or data');
      }
      JSON.stringify(pdu);
    }
    assert.deepEqual([...seen.keys()].sort(), ['deliver', 'status-report', 'submit', 'unreadable']);
  });

  it('is unreadable or says what is wrong wherever it is cut', () => {
    for (const hex of sound) {
      for (let end = 0; end < hex.length; end += 1) {
        const pdu = readPdu(hex.slice(0, end));
        assert.ok(
          pdu.kind === 'unreadable' || pdu.problems.length > 0,
          `${hex.slice(0, end)} passed for whole`,
        );
      }
    }
  });
});
