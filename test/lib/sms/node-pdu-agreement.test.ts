import assert from 'node:assert/strict';
import { Deliver, parse, Report, Submit, utils } from 'node-pdu';
import { encodeDeliver } from '../../../nodes/lib/sms/deliver-pdu';
import { readPdu } from '../../../nodes/lib/sms/read-pdu';
import { encodeStatusReport } from '../../../nodes/lib/sms/status-report-pdu';
import { encodeSubmit } from '../../../nodes/lib/sms/submit-pdu';

const SEED = Number(process.env['WATTKEEPER_SEED'] ?? Date.now() % 0x7fffffff);
const RUNS = 10_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(1971, 0, 2);
const TO_MS = Date.UTC(2069, 11, 30);
const DAY_SECONDS = 86_400;

/** Left out: § and ` share a place in its table, a form feed has none, and it reads what it cannot write as a grave. */
const GSM = Array.from(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡' +
    'ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const EXTENDED = Array.from('^{}\\[~]|€');
/** It takes a text for sixteen-bit as soon as a character lies above U+00C0, and loses those below that GSM lacks. */
const PLAIN = GSM.filter((char) => char.charCodeAt(0) <= 0xc0);
const WIDE = Array.from('नेपाल विद्युत प्राधिकरण ünïcødé 电力 😀𝒳 ,.!?0123456789');

function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe(`agreement with node-pdu (${RUNS} messages each way, seed ${SEED})`, function () {
  this.timeout(60_000);

  const roll = dice(SEED);
  const pick = <T>(values: readonly T[]): T => values[roll(values.length)]!;
  const text = (chars: readonly string[], length: number): string =>
    Array.from({ length }, () => pick(chars)).join('');
  const number = (): string => `+${1 + roll(9)}${text(Array.from('0123456789'), 6 + roll(9))}`;
  const ourText = (): string =>
    pick([() => text([...GSM, ...GSM, ...EXTENDED], roll(420)), () => text(WIDE, 1 + roll(180))])();

  it('it reads what we submit', () => {
    for (let run = 0; run < RUNS; run += 1) {
      const bits = pick([8, 16] as const);
      const request = {
        to: number(),
        text: ourText(),
        reference: { bits, value: roll(2 ** bits) },
        isFlash: roll(4) === 0,
        wantsReport: roll(2) === 0,
        // It reads days one too few and misses the longer and half-hour steps, so only the five-minute ones compare.
        validityMs: (1 + roll(144)) * 5 * MINUTE_MS,
      };
      const parts = encodeSubmit(request);
      let said = '';
      for (const [index, { pduHex }] of parts.entries()) {
        const theirs = parse(pduHex);
        assert.ok(theirs instanceof Submit);
        said += theirs.data.getText();
        assert.equal(`+${theirs.address.phone}`, request.to);
        assert.equal(theirs.address.type.type, utils.SCAType.TYPE_INTERNATIONAL);
        assert.equal(theirs.type.statusReportRequest, request.wantsReport ? 1 : 0);
        assert.equal(theirs.dataCodingScheme.useMessageClass, request.isFlash);
        assert.equal(theirs.validityPeriod.interval, request.validityMs / 1000);
        const { header } = theirs.data.parts[0]!;
        const theirPart = header && [header.getPointer(), header.getSegments(), header.getCurrent()];
        assert.deepEqual(
          theirPart,
          parts.length === 1 ? null : [request.reference.value, parts.length, index + 1],
        );
      }
      assert.equal(said, request.text);
    }
  });

  it('it reads what a network sends in our words', () => {
    for (let run = 0; run < RUNS; run += 1) {
      const sentAt = {
        atMs: FROM_MS + 1000 * roll((TO_MS - FROM_MS) / 1000),
        // It takes UTC for the zone of the machine.
        zoneMinutes: pick([-48, -20, -1, 1, 22, 23, 56]) * 15,
      };
      const name = text(PLAIN.slice(10), 1 + roll(11)).trim() || 'Meter';
      const isName = roll(3) === 0;
      const from = isName
        ? { kind: 'name' as const, text: name }
        : { kind: 'number' as const, text: number() };
      const content = { text: ourText() };
      let said = '';
      for (const { pduHex } of encodeDeliver({ from, content, sentAt, reference: { value: 9, bits: 16 } })) {
        const theirs = parse(pduHex);
        assert.ok(theirs instanceof Deliver);
        said += theirs.data.getText();
        assert.equal(isName ? theirs.address.phone : `+${theirs.address.phone}`, from.text);
        assert.equal(theirs.serviceCenterTimeStamp.time * 1000, sentAt.atMs);
        assert.equal(theirs.serviceCenterTimeStamp.tzOff, sentAt.zoneMinutes);
      }
      assert.equal(said, content.text);
    }
  });

  it('it reads reports in our words', () => {
    for (let run = 0; run < RUNS; run += 1) {
      const request = {
        messageReference: roll(256),
        to: number(),
        submittedAt: { atMs: FROM_MS + 1000 * roll(1_500_000_000), zoneMinutes: 345 },
        dischargedAt: { atMs: FROM_MS + 1000 * roll(1_500_000_000), zoneMinutes: -210 },
        status: roll(256),
      };
      const theirs = parse(encodeStatusReport(request).pduHex);
      assert.ok(theirs instanceof Report);
      assert.deepEqual(
        [theirs.reference, `+${theirs.address.phone}`, theirs.status],
        [request.messageReference, request.to, request.status],
      );
      assert.equal(theirs.dateTime.time * 1000, request.submittedAt.atMs);
      assert.equal(theirs.discharge.time * 1000, request.dischargedAt.atMs);
    }
  });

  /** It cuts at 133 characters whatever they cost, so a part with many of two septets would not fit a message. */
  const theirText = (): string => {
    if (roll(2) === 0) return text(WIDE, 1 + roll(180));
    const length = 1 + roll(400);
    return Array.from({ length }, (_, index) =>
      index % 20 === 7 ? pick(EXTENDED.slice(0, 8)) : pick(PLAIN),
    ).join('');
  };

  it('we read what it submits', () => {
    for (let run = 0; run < RUNS; run += 1) {
      const to = number();
      const wanted = theirText();
      const message = new Submit(to, wanted);
      const isAbsolute = roll(4) === 0;
      const untilMs = FROM_MS + 1000 * roll(1_500_000_000);
      const days = 2 + roll(29);
      message.setValidityPeriod(
        isAbsolute ? new utils.VP({ datetime: new Date(untilMs) }) : days * DAY_SECONDS,
      );
      message.type.setStatusReportRequest(run % 2);
      // It learns the format of the validity period while it writes, too late for the first time.
      message.getPartStrings();
      const parts = message.getPartStrings();
      let said = '';
      for (const [index, hex] of parts.entries()) {
        const ours = readPdu(hex);
        assert.ok(ours.kind === 'submit', JSON.stringify(ours));
        assert.deepEqual(ours.problems, []);
        said += ours.text ?? '';
        assert.deepEqual(ours.to, { kind: 'number', text: to });
        assert.equal(ours.wantsReport, run % 2 === 1);
        assert.deepEqual(ours.validity, isAbsolute ? { untilMs } : { lastsMs: days * DAY_MS });
        const pointer = message.data.parts[index]!.header?.getPointer();
        const ourPart = { reference: pointer, bits: 16, total: parts.length, sequence: index + 1 };
        assert.deepEqual(ours.part, parts.length === 1 ? null : ourPart);
      }
      assert.equal(said, wanted);
    }
  });

  it('we read what a network sends in its words', () => {
    for (let run = 0; run < RUNS; run += 1) {
      const from = number();
      const wanted = theirText();
      const sentAt = {
        atMs: FROM_MS + 1000 * roll((TO_MS - FROM_MS) / 1000),
        zoneMinutes: pick([-48, -20, -1, 1, 22, 23, 56]) * 15,
      };
      const message = new Deliver(from, wanted, {
        serviceCenterTimeStamp: new utils.SCTS(new Date(sentAt.atMs), sentAt.zoneMinutes),
      });
      let said = '';
      for (const hex of message.getPartStrings()) {
        const ours = readPdu(hex);
        assert.ok(ours.kind === 'deliver', JSON.stringify(ours));
        assert.deepEqual(ours.problems, []);
        said += ours.text ?? '';
        assert.deepEqual([ours.from.text, ours.sentAt], [from, sentAt]);
      }
      assert.equal(said, wanted);
    }
  });
});
