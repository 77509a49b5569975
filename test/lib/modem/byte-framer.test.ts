import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ByteFramer, MAX_LINE_BYTES } from '../../../nodes/lib/modem/byte-framer';
import { property } from '../property';
import { everySplit } from './chunkings';

const RAW_HEADER = /^\+CIPRXGET: 2,(\d+),/;

/** What a framer makes of the pieces; it takes raw bytes after the header that announces them. */
function frames(pieces: readonly Uint8Array[], isPromptExpected = false): string[] {
  const seen: string[] = [];
  const framer = new ByteFramer({
    onLine: (line) => {
      seen.push(`line ${line}`);
      const count = RAW_HEADER.exec(line)?.[1];
      if (count !== undefined) framer.takeRaw(Number(count));
    },
    onPrompt: () => void seen.push('prompt'),
    onRaw: (bytes) => void seen.push(`raw ${bytes.toString('hex')}`),
  });
  framer.expectPrompt(isPromptExpected);
  for (const piece of pieces) framer.push(piece);
  return seen;
}

function agreesAtEverySplit(text: string, expected: string[], isPromptExpected = false): void {
  const bytes = Buffer.from(text, 'latin1');
  for (const pieces of everySplit(bytes)) assert.deepEqual(frames(pieces, isPromptExpected), expected);
  assert.deepEqual(
    frames(
      [...bytes].map((byte) => Uint8Array.of(byte)),
      isPromptExpected,
    ),
    expected,
  );
}

describe('byte framer', function () {
  this.timeout(60_000);

  it('cuts lines at every split', () => {
    agreesAtEverySplit('\r\n+CSQ: 20,0\r\n\r\nOK\r\n', ['line +CSQ: 20,0', 'line OK']);
  });

  it("drops the echo's extra carriage returns", () => {
    agreesAtEverySplit('AT+CSQ\r\r\nOK\r\n', ['line AT+CSQ', 'line OK']);
  });

  it('knows a prompt without a line end, and what follows it', () => {
    agreesAtEverySplit('\r\n> \r\n+CMGS: 5\r\n', ['prompt', 'line +CMGS: 5'], true);
  });

  it("takes the prompt's characters for text when none is waited for", () => {
    agreesAtEverySplit('> 1 balance\r\n', ['line > 1 balance']);
  });

  it('takes an unsolicited line before the prompt for what it is', () => {
    agreesAtEverySplit('\r\n+CMTI: "SM",3\r\n\r\n> ', ['line +CMTI: "SM",3', 'prompt'], true);
  });

  it('hands over exactly the raw bytes announced, whatever they look like', () => {
    agreesAtEverySplit('\r\n+CIPRXGET: 2,10,0\r\n\r\nOK\r\n> \n\0\r\nOK\r\n', [
      'line +CIPRXGET: 2,10,0',
      `raw ${Buffer.from('\r\nOK\r\n> \n\0').toString('hex')}`,
      'line OK',
    ]);
  });

  it('hands over no bytes when none are announced', () => {
    agreesAtEverySplit('+CIPRXGET: 2,0,0\r\n\r\nOK\r\n', ['line +CIPRXGET: 2,0,0', 'raw ', 'line OK']);
  });

  it('passes over what a power-up puts before a line', () => {
    agreesAtEverySplit('\0\xff\xfe\x80RDY\r\n', ['line RDY']);
  });

  it('lets go of a line that never ends, and takes the next one', () => {
    const seen: string[] = [];
    const framer = new ByteFramer({
      onLine: (line) => void seen.push(line),
      onPrompt: () => assert.fail('no prompt was sent'),
      onRaw: () => assert.fail('no data was sent'),
    });
    framer.push(Buffer.alloc(MAX_LINE_BYTES, 'x'));
    assert.equal(framer.overlongLines, 0, 'a line of the longest length is kept');
    framer.push(Buffer.from(`${'x'.repeat(5_000)}\r\nOK\r\n`));
    assert.deepEqual(seen, ['OK']);
    assert.equal(framer.overlongLines, 1);
  });

  it('gives the same frames for any bytes, however they are split', () => {
    const piece = fc.oneof(
      fc.constantFrom('\r\n', '> ', 'OK\r\n', '+CIPRXGET: 2,4,0\r\n', 'RDY\r\n', '\r', '\n', '>'),
      fc.string({ maxLength: 6 }),
    );
    const cuts = fc.array(fc.nat({ max: 60 }), { maxLength: 8 });
    property(fc.tuple(fc.array(piece, { maxLength: 12 }), cuts), ([texts, at]) => {
      const bytes = Buffer.from(texts.join(''), 'latin1');
      const places = [0, ...at.filter((place) => place < bytes.length).sort((a, b) => a - b), bytes.length];
      const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
      assert.deepEqual(frames(pieces, true), frames([bytes], true));
    });
  });
});
