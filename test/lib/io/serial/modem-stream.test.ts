import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { BytePipe } from '../../../../nodes/lib/modem/byte-pipe';
import { ModemStream } from '../../../../nodes/lib/io/serial/modem-stream';

/** A pipe whose far end is the test. */
class HandPipe implements BytePipe {
  readonly segmentBytes = 1_352;
  readonly sent: Buffer[] = [];
  pauses = 0;
  resumes = 0;
  closes = 0;
  failure: Error | null = null;
  hearData: (bytes: Buffer) => void = () => undefined;
  hearClose: (reason: string | null) => void = () => undefined;

  send(bytes: Uint8Array): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    this.sent.push(Buffer.from(bytes));
    return Promise.resolve();
  }

  onData(hear: (bytes: Buffer) => void): void {
    this.hearData = hear;
  }

  onClose(hear: (reason: string | null) => void): void {
    this.hearClose = hear;
  }

  pause(): void {
    this.pauses += 1;
  }

  resume(): void {
    this.resumes += 1;
  }

  close(): Promise<void> {
    this.closes += 1;
    return Promise.resolve();
  }
}

describe('modem stream', function () {
  this.timeout(60_000);

  it('sends what is written in one turn in one piece', async () => {
    const pipe = new HandPipe();
    const stream = new ModemStream(() => Promise.resolve(pipe));
    stream.cork();
    for (const part of ['\x30', 'topic', 'payload']) stream.write(part);
    process.nextTick(() => stream.uncork());
    stream.end();
    await once(stream, 'finish');
    assert.deepEqual(pipe.sent.map(String), ['\x30topicpayload']);
    stream.destroy();
  });

  it('keeps what is written before the connection stands', async () => {
    const pipe = new HandPipe();
    let open: (pipe: BytePipe) => void = () => undefined;
    const stream = new ModemStream(() => new Promise((resolve) => (open = resolve)));
    stream.write('a');
    stream.write('b');
    await new Promise(setImmediate);
    open(pipe);
    stream.end();
    await once(stream, 'finish');
    assert.equal(Buffer.concat(pipe.sent).toString(), 'ab');
    stream.destroy();
  });

  it('hands on what comes, and stops the modem when nobody reads', async () => {
    const pipe = new HandPipe();
    const stream = new ModemStream(() => Promise.resolve(pipe));
    await new Promise(setImmediate);
    const large = Buffer.alloc(stream.readableHighWaterMark, 'x');
    pipe.hearData(large);
    assert.equal(pipe.pauses, 1);
    const before = pipe.resumes;
    stream.resume();
    await once(stream, 'data');
    await new Promise(setImmediate);
    assert.ok(pipe.resumes > before);
    stream.destroy();
  });

  it('ends with an error when the connection is lost, and closes it when it is destroyed', async () => {
    const pipe = new HandPipe();
    const stream = new ModemStream(() => Promise.resolve(pipe));
    await new Promise(setImmediate);
    const failed = once(stream, 'error');
    pipe.hearClose('the modem started anew');
    assert.match(String(await failed), /started anew/);
    assert.equal(pipe.closes, 1);
  });

  it('fails when the connection cannot be opened or a send fails', async () => {
    const unopened = new ModemStream(() => Promise.reject(new Error('no network')));
    assert.match(String(await once(unopened, 'error')), /no network/);
    const pipe = new HandPipe();
    pipe.failure = new Error('no prompt');
    const stream = new ModemStream(() => Promise.resolve(pipe));
    const failed = once(stream, 'error');
    stream.write('x');
    assert.match(String(await failed), /no prompt/);
  });
});
