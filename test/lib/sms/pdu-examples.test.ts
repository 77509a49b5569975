import assert from 'node:assert/strict';
import { encodeDeliver } from '../../../nodes/lib/sms/deliver-pdu';
import { readPdu, type ReadPdu } from '../../../nodes/lib/sms/read-pdu';
import { encodeStatusReport, readStatus } from '../../../nodes/lib/sms/status-report-pdu';
import { encodeSubmit, type SubmitRequest } from '../../../nodes/lib/sms/submit-pdu';

type Kind<K extends ReadPdu['kind']> = Extract<ReadPdu, { kind: K }>;

function read<K extends ReadPdu['kind']>(kind: K, hex: string, tpduOctets?: number): Kind<K> {
  const pdu = readPdu(hex, tpduOctets);
  assert.equal(pdu.kind, kind, JSON.stringify(pdu));
  return pdu as Kind<K>;
}

const DAY_MS = 86_400_000;
const TO = '+9779841234567';
const one = (request: Partial<SubmitRequest>): string => {
  const parts = encodeSubmit({ to: TO, text: 'hi', ...request });
  assert.equal(parts.length, 1);
  return parts[0]!.pduHex;
};

describe('published PDUs are read', () => {
  it('hellohello, with the service centre of the best known example', () => {
    const pdu = read('deliver', '07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37');
    assert.deepEqual(pdu, {
      kind: 'deliver',
      smsc: '+27381000015',
      from: { kind: 'number', text: '27838890001' },
      alphabet: 'gsm7',
      messageClass: null,
      sentAt: { atMs: Date.parse('1999-03-29T13:16:59Z'), zoneMinutes: 120 },
      protocolId: 0,
      text: 'hellohello',
      dataHex: null,
      part: null,
      waiting: null,
      problems: [],
    });
  });

  it('How are you?', () => {
    const pdu = read(
      'deliver',
      '07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07',
    );
    assert.equal(pdu.smsc, '+31624000000');
    assert.deepEqual(pdu.from, { kind: 'number', text: '+31641600986' });
    assert.equal(pdu.text, 'How are you?');
    assert.equal(new Date(pdu.sentAt!.atMs).toISOString(), '2002-08-26T19:37:41.000Z');
  });

  it('a sender with a name', () => {
    const pdu = read('deliver', '07911732547698F00009D0D432BB2C0300005111713115142108E8329BFD0E8542');
    assert.deepEqual(pdu.from, { kind: 'name', text: 'Tele2' });
    assert.equal(pdu.text, 'hello!!!');
    assert.equal(pdu.sentAt?.zoneMinutes, 180);
  });

  it('the first part of three behind an eight-bit header', () => {
    const hex =
      '07918497900000F6400B918406290000F4000002219221351140A005000363080140CCB7BCDC06A5E1F37A1B447EB3DF72D03C4D' +
      '0785DB653A0B347EBBE7E531BD4CAFCB4161721A9E9E8FD3EE33A8CC4ED35D206899CD2EBBE9E579BC5E06D9D3F47019E42EC7EB' +
      '6550F95C9ED3C37316C81CAE8FD3E2FA1C5496BFE7A0B49B054A87C775767A0E4AC3E7F5B60B34ADCFE16537393D9F9741E4F4D9' +
      '9D9ECFD36D10FC2DA7D3D3';
    const pdu = read('deliver', hex);
    assert.deepEqual(pdu.part, { reference: 99, bits: 8, total: 8, sequence: 1 });
    assert.match(pdu.text ?? '', /^ /);
    assert.ok((pdu.text ?? '').length <= 153);
  });

  it('a submission with four days of validity', () => {
    const pdu = read('submit', '0011000B916407281553F80000AA0AE8329BFD4697D9EC37');
    assert.deepEqual(pdu.to, { kind: 'number', text: '+46708251358' });
    assert.equal(pdu.text, 'hellohello');
    assert.equal(pdu.smsc, null);
    assert.deepEqual(pdu.validity, { lastsMs: 4 * DAY_MS });
    assert.equal(pdu.wantsReport, false);
  });

  it('a report with a service centre, and one without that only its length gives away', () => {
    const whole = read('status-report', '079144973770939906270C91449777621047012021216043000120212160930000');
    assert.equal(whole.smsc, '+447973073999');
    assert.equal(whole.messageReference, 0x27);
    assert.deepEqual(whole.to, { kind: 'number', text: '+447977260174' });
    assert.equal(whole.outcome, 'delivered');

    const hex = '06000B910221815716F2709021510121807090215101718000';
    const bare = read('status-report', hex, hex.length / 2);
    assert.equal(bare.smsc, null);
    assert.equal(bare.to.text, '+20121875612');
    assert.deepEqual(bare.submittedAt, { atMs: Date.parse('2007-09-12T13:10:12Z'), zoneMinutes: 120 });
    assert.deepEqual(bare.dischargedAt, { atMs: Date.parse('2007-09-12T13:10:17Z'), zoneMinutes: 120 });
    assert.equal(bare.status, 0);
  });
});

describe('published PDUs are written', () => {
  it('hellohello and Hello!!!', () => {
    assert.equal(
      one({ to: '+46708251358', text: 'hellohello', validityMs: 4 * DAY_MS }),
      '0011000B916407281553F80000AA0AE8329BFD4697D9EC37',
    );
    assert.deepEqual(encodeSubmit({ to: '+71234567890', text: 'Hello!!!' }), [
      { pduHex: '0001000B911732547698F0000008C8329BFD0E8542', tpduOctets: 20, text: 'Hello!!!' },
    ]);
  });

  it('hello!!! from a name', () => {
    const [part] = encodeDeliver({
      smsc: '+71234567890',
      from: { kind: 'name', text: 'Tele2' },
      content: { text: 'hello!!!' },
      sentAt: { atMs: Date.parse('2015-11-17T10:51:41Z'), zoneMinutes: 180 },
    });
    // Only the first octet differs: ours says that nothing more waits.
    assert.equal(part!.pduHex, '07911732547698F00409D0D432BB2C0300005111713115142108E8329BFD0E8542');
  });
});

describe('a submission', () => {
  it('says in its first octet and its coding what is wanted', () => {
    assert.ok(one({}).startsWith('0001000D91'));
    assert.ok(one({ wantsReport: true }).startsWith('002100'));
    assert.ok(one({ validityMs: DAY_MS }).startsWith('001100'));
    assert.equal(read('submit', one({ isFlash: true })).messageClass, 0);
    assert.equal(read('submit', one({ isFlash: true, text: 'न' })).messageClass, 0);
    assert.equal(read('submit', one({ smsc: '+9779800000000' })).smsc, '+9779800000000');
    assert.deepEqual(read('submit', one({ to: '1415' })).to, { kind: 'number', text: '1415' });
  });

  it('ties its parts together with either reference', () => {
    for (const bits of [8, 16] as const) {
      const parts = encodeSubmit({ to: TO, text: 'é'.repeat(400), reference: { value: 200, bits } });
      const pdus = parts.map(({ pduHex }) => read('submit', pduHex));
      assert.deepEqual(
        pdus.map(({ part }) => part),
        [1, 2, 3].map((sequence) => ({ reference: 200, bits, total: 3, sequence })),
      );
      assert.equal(pdus.map(({ text }) => text).join(''), 'é'.repeat(400));
      // The modem is told the octets behind the service centre, which is one octet of nothing here.
      assert.deepEqual(
        parts.map(({ tpduOctets }) => tpduOctets),
        parts.map(({ pduHex }) => pduHex.length / 2 - 1),
      );
    }
  });

  it('refuses what cannot be sent, and names it', () => {
    const refused: [Partial<SubmitRequest>, RegExp][] = [
      [{ to: '98-41' }, /^RangeError: to must be up to 20 digits.* got "98-41"$/],
      [{ text: 'a'.repeat(161) }, /^RangeError: reference must be given/],
      [
        { text: 'a'.repeat(161), reference: { value: 256, bits: 8 } },
        /^RangeError: reference .* 8 bits, got 256$/,
      ],
      [
        { text: 'a'.repeat(161), reference: { value: -1, bits: 16 } },
        /^RangeError: reference .* 16 bits, got -1$/,
      ],
      [
        { text: 'a'.repeat(500), reference: { value: 1, bits: 8 }, maxParts: 3 },
        /^RangeError: text must fit in 3 messages, got one that needs 4$/,
      ],
      [
        { text: 'a'.repeat(153 * 256), reference: { value: 1, bits: 8 } },
        /must fit in 255 messages, got one that needs 256/,
      ],
      [{ validityMs: 0 }, /^RangeError: validityMs/],
      [{ smsc: 'x' }, /^RangeError: smsc must be/],
      [{ text: 'न', encoding: 'gsm7' }, /^RangeError: text must be in the GSM alphabet/],
    ];
    for (const [request, message] of refused) assert.throws(() => one(request), message);
  });
});

describe('what a network sent', () => {
  const HEAD = '00040C917977892143650000';
  const TIME = '62111212000032';

  it('is data when it is no text', () => {
    const pdu = read('deliver', `00040C91797789214365000462111212000032030AFF00`);
    assert.deepEqual([pdu.text, pdu.dataHex, pdu.alphabet, pdu.problems], [null, '0AFF00', '8bit', []]);
  });

  it('is kept as octets, with the reason, when it is compressed', () => {
    const pdu = read('deliver', `00040C91797789214365002062111212000032030AFF00`);
    assert.deepEqual([pdu.text, pdu.dataHex], [null, '0AFF00']);
    assert.match(pdu.problems.join(), /compressed/);
  });

  it('is read as far as it goes when it ends too early', () => {
    const pdu = read('deliver', `${HEAD}${TIME}0AE8329B`);
    assert.equal(pdu.text, 'hel');
    assert.deepEqual(pdu.problems, ['the text ends too early']);
    const ucs2 = read('deliver', `00040C9179778921436500086211121200003203092809`);
    assert.equal(ucs2.text, 'न');
    assert.deepEqual(ucs2.problems, ['the text ends in half a character']);
  });

  it('says that a time stamp is none, or that a header is longer than the text', () => {
    const timeless = read('deliver', `${HEAD}FFFFFFFFFFFFFF02E834`);
    assert.deepEqual(
      [timeless.sentAt, timeless.text, timeless.problems],
      [null, 'hi', ['the time stamp is no time']],
    );
    const headless = read('deliver', `00440C91797789214365000062111212000032040500037B`);
    assert.equal(headless.text, null);
    assert.deepEqual(headless.problems, ['the header is longer than the text']);
  });

  it('is unreadable with a reason and as it came, and never an error', () => {
    const problemOf = (hex: string, length?: number): string => read('unreadable', hex, length).problem;
    assert.equal(problemOf('hello'), 'it is not hexadecimal');
    assert.equal(problemOf('0'), 'it is not hexadecimal');
    assert.equal(problemOf(''), 'it ends inside the service centre');
    assert.equal(problemOf('00'), 'it ends inside the first octet');
    assert.equal(problemOf('0003'), 'it is of a kind that no network sends');
    assert.equal(problemOf(HEAD), 'it ends inside the time stamp');
    assert.equal(problemOf(`${HEAD}${TIME}`), 'it ends inside the length of the text');
    assert.equal(problemOf('00'.repeat(256)), 'it is longer than 255 octets');
    assert.equal(read('unreadable', ' 0003\r\n').pduHex, '0003');
  });

  it('may have filling behind it', () => {
    assert.deepEqual(read('deliver', `${HEAD}${TIME}02E834FFFF`).problems, []);
  });
});

describe('a delivery report', () => {
  it('comes back as it was written', () => {
    const submittedAt = { atMs: Date.parse('2026-11-21T06:00:00Z'), zoneMinutes: 345 };
    const dischargedAt = { atMs: Date.parse('2026-11-21T06:00:09Z'), zoneMinutes: 345 };
    const { pduHex, tpduOctets } = encodeStatusReport({
      messageReference: 255,
      to: TO,
      submittedAt,
      dischargedAt,
      status: 0x46,
    });
    assert.equal(tpduOctets, pduHex.length / 2 - 1);
    const report = read('status-report', pduHex, tpduOctets);
    assert.deepEqual(
      [report.messageReference, report.to.text, report.submittedAt, report.dischargedAt, report.status],
      [255, TO, submittedAt, dischargedAt, 0x46],
    );
    assert.deepEqual([report.outcome, report.reason], ['failed', 'its validity ran out']);
    assert.throws(
      () => encodeStatusReport({ messageReference: 256, to: TO, submittedAt, dischargedAt, status: 0 }),
      /^RangeError: messageReference must be one octet, got 256$/,
    );
  });

  it('means what the table says (3GPP TS 23.040, 9.2.3.15)', () => {
    const outcomes = Array.from({ length: 256 }, (_, status) => readStatus(status).outcome);
    assert.deepEqual(outcomes.slice(0, 4), ['delivered', 'unknown', 'failed', 'delivered']);
    assert.ok(outcomes.slice(0x03, 0x20).every((outcome) => outcome === 'delivered'));
    assert.ok(outcomes.slice(0x20, 0x40).every((outcome) => outcome === 'trying'));
    assert.ok(outcomes.slice(0x40, 0x80).every((outcome) => outcome === 'failed'));
    assert.ok(outcomes.slice(0x80).every((outcome) => outcome === 'unknown'));
  });
});
