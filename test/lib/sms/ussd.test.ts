import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  CANCEL_USSD,
  readUssdReply,
  readUssdText,
  writeUssdRequest,
  writeUssdText,
} from '../../../nodes/lib/sms/ussd';
import { property } from '../property';

const hexOfUcs2 = (text: string): string =>
  Buffer.from(text, 'utf16le').swap16().toString('hex').toUpperCase();

/** The packed septets of a request, as a network would send them back. */
const packed = (text: string): string => writeUssdText(text, 'packed');

const BKASH =
  '0062004B006100730068000A00310020004D0032004D0020005400720061006E0073\r\n' +
  '006600650072000A0032002000440069007300620075007200730065000A00330020\r\n' +
  '004D007900200062004B006100730068000A0034002000480065006C0070006C0069006E0065000A';

const ARABIC_BALANCE =
  '0645063306280642002006270644062F06410639003A00200037002C003600320035002E0030003000200020000A0627064406350' +
  '6440627062D064A0629003A0030002E0030003000200020000A00200627064406440627062D0642002006270644062F0641063900' +
  '3A0030002E003000300020';

describe('a reply of the network', function () {
  this.timeout(60_000);

  const read = (raw: string, coding?: number) => {
    const { text, coding: written } = readUssdText(raw, coding);
    return [written, text];
  };

  it('is plain when it is plain', () => {
    assert.deepEqual(read('Service not allowed.', 15), ['plain', 'Service not allowed.']);
    assert.deepEqual(read('Bal: Rs 12.50\nValid till 12/12', 0), [
      'plain',
      'Bal: Rs 12.50\nValid till 12/12',
    ]);
    assert.deepEqual(read('Your balance is €5.', 15), ['plain', 'Your balance is €5.']);
  });

  it('is plain when it is a number that looks like hexadecimal', () => {
    for (const digits of ['12', '1250', '98765432', '10101010', '1234567890123456', '00112233']) {
      assert.deepEqual(read(digits, 15), ['plain', digits]);
    }
    assert.deepEqual(read('12345678', 72), ['plain', '12345678']);
    assert.deepEqual(read('BABE', 15), ['plain', 'BABE']);
  });

  it('is sixteen-bit under coding 72, broken into lines or not', () => {
    assert.deepEqual(read(BKASH, 72), [
      'ucs2',
      'bKash\n1 M2M Transfer\n2 Disburse\n3 My bKash\n4 Helpline\n',
    ]);
    assert.match(readUssdText(ARABIC_BALANCE, 72).text ?? '', /^مسبق الدفع: 7,625\.00/);
    assert.deepEqual(read(hexOfUcs2('你好'), 72), ['ucs2', '你好']);
    assert.deepEqual(read(hexOfUcs2('तपाईंको ब्यालेन्स रु १२ 😀'), 72), ['ucs2', 'तपाईंको ब्यालेन्स रु १२ 😀']);
  });

  it('is sixteen-bit from a modem whose character set is, whatever the network says', () => {
    for (const text of ['Balance: 5 €', '50', 'Рахунок 12,50 грн', 'ब्यालेन्स रु. 12', '你好你好', 'Rs 5']) {
      assert.deepEqual(read(hexOfUcs2(text), 15), ['ucs2', text]);
    }
  });

  it('is packed septets from a modem that does not unpack them, in either case', () => {
    assert.deepEqual(read('AA188D3602', 15), ['packed', '*144#']);
    for (const text of [
      'Your balance is Rs 12.50',
      'Dear customer, dial *123#',
      'Saldo: 12,50',
      'hellohello',
    ]) {
      assert.deepEqual(read(packed(text), 15), ['packed', text]);
      assert.deepEqual(read(packed(text).toLowerCase(), 1), ['packed', text]);
    }
  });

  it('does not end in what only fills the last octet', () => {
    assert.deepEqual(read(packed('Balance'), 15), ['packed', 'Balance']);
    assert.deepEqual(read(packed('Balance: 12.50!'), 15), ['packed', 'Balance: 12.50!']);
    assert.deepEqual(read(packed('Balances'), 15), ['packed', 'Balances']);
  });

  it('leaves the language in front of it out', () => {
    assert.deepEqual(read('en\rHello', 16), ['plain', 'Hello']);
    assert.deepEqual(read(`6139${hexOfUcs2('مرحبا')}`, 17), ['ucs2', 'مرحبا']);
    assert.deepEqual(read(hexOfUcs2('Hello'), 17), ['ucs2', 'Hello']);
  });

  it('is data under an eight-bit coding, and what is compressed stays so', () => {
    assert.deepEqual(readUssdText('0a0bff', 68), {
      text: null,
      dataHex: '0A0BFF',
      coding: '8bit',
      problems: [],
    });
    const compressed = readUssdText('E8329BFD0695', 0x60);
    assert.deepEqual([compressed.text, compressed.dataHex], [null, 'E8329BFD0695']);
    assert.match(compressed.problems.join(), /compressed/);
    assert.match(readUssdText('0A2809', 72).problems.join(), /half a character/);
  });

  it('comes back from any coding, for what networks say', () => {
    const words = fc.constantFrom(
      'Balance',
      'Rs',
      '12.50',
      'valid',
      'till',
      '31/12',
      'Dial',
      '*123#',
      'Dear',
      'customer,',
    );
    const sentence = fc
      .array(words, { minLength: 3, maxLength: 12 })
      .map((list) => `Info: ${list.join(' ')}`);
    property(sentence, (text) => {
      assert.deepEqual(read(text, 15), ['plain', text]);
      assert.deepEqual(read(hexOfUcs2(text), 72), ['ucs2', text]);
      assert.deepEqual(read(hexOfUcs2(text), 15), ['ucs2', text]);
      assert.deepEqual(read(packed(text), 15), ['packed', text]);
    });
  });

  it('never throws, whatever comes under whatever coding', () => {
    const raw = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...Array.from('0123456789ABCDEFabcdef')) }),
    );
    property(
      fc.tuple(raw, fc.integer({ min: -1, max: 300 })),
      ([text, coding]) => {
        const reply = readUssdText(text, coding);
        assert.equal(reply.text === null, reply.dataHex !== null);
        readUssdReply(`+CUSD: 0,"${text}",${coding}`);
        readUssdReply(text);
      },
      2_000,
    );
  });
});

describe('+CUSD', function () {
  this.timeout(60_000);

  it('tells what the network wants next', () => {
    const next = (line: string): string => readUssdReply(line).next;
    assert.deepEqual(
      ['0', '1', '2', '3', '4', '5'].map((number) => next(`+CUSD: ${number}`)),
      ['done', 'answer', 'ended', 'other client', 'not supported', 'network time-out'],
    );
  });

  it('carries its text with quotes, line ends and a coding or none', () => {
    const text = (line: string) => readUssdReply(line).text;
    assert.equal(text('+CUSD: 0,"Service not allowed.",15'), 'Service not allowed.');
    assert.equal(text('+CUSD: 1,"1 "Top" up\r\n2 Balance",15\r\n'), '1 "Top" up\r\n2 Balance');
    assert.equal(text('+CUSD: 0,"Hi"'), 'Hi');
    assert.equal(text('+CUSD:0,AA188D3602,15'), '*144#');
    assert.equal(text(`+CUSD: 1,"${BKASH}",72`)?.slice(0, 5), 'bKash');
    assert.equal(text('+CUSD: 0,"",15'), undefined);
  });

  it('says when it could not be read', () => {
    for (const line of [
      '',
      '+CUSD:',
      '+CUSD: 9',
      '+CUSD: x,"a"',
      'OK',
      '+CUSD: 0,"a',
      '+CUSD: 0,"a",x',
      '+CUSD: 0 "a"',
      `+CUSD: 0,"${'a'.repeat(3_000)}"`,
    ]) {
      const { next, problems, text } = readUssdReply(line);
      assert.deepEqual([next, text], ['ended', undefined]);
      assert.match(problems.join(), /no \+CUSD notice/);
    }
  });

  it('takes no longer for lines that are made to take long', () => {
    for (const filling of [' ', '"', '" ', ',', '",1', ', ']) {
      const line = `+CUSD: 0,${filling.repeat(2_000 / filling.length - 10)}x`;
      // What this process has worked, which does not grow because others keep the machine busy.
      const before = process.cpuUsage();
      for (let run = 0; run < 20; run += 1) readUssdReply(line);
      assert.ok(process.cpuUsage(before).user < 2_000_000, filling);
    }
  });

  it('is asked in the character set of the modem', () => {
    assert.equal(writeUssdRequest('*123#'), 'AT+CUSD=1,"*123#",15');
    assert.equal(CANCEL_USSD, 'AT+CUSD=2');
    assert.equal(writeUssdRequest('*144#', 'packed'), 'AT+CUSD=1,"AA188D3602",15');
    assert.equal(
      writeUssdRequest('*150*2*23391*69177*1#', 'ucs2').toLowerCase(),
      'at+cusd=1,"002a003100350030002a0032002a00320033003300390031002a00360039003100370037002a00310023",15',
    );
  });

  it('refuses what would break the command, and names it', () => {
    for (const text of ['', '*12"3#', '*1\r#', 'न', '1\u001a', '1'.repeat(183)]) {
      assert.throws(() => writeUssdRequest(text), /^RangeError: ussd must be a code such as \*123#/);
    }
    assert.ok(writeUssdRequest('1'.repeat(182)));
  });
});
