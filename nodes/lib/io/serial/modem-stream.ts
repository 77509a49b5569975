import { Duplex } from 'node:stream';
import { toError } from '../../text/to-error';
import type { BytePipe } from '../../modem/byte-pipe';

type Done = (error?: Error | null) => void;

/**
 * A modem's TCP connection as a Node.js stream, to be handed to mqtt.js or to node:tls. The connection is opened when
 * the stream is made; what is written meanwhile waits.
 */
export class ModemStream extends Duplex {
  private connection: BytePipe | null = null;

  constructor(private readonly open: () => Promise<BytePipe>) {
    // A far side that has closed hears nothing any more: the modem knows no half-open connection.
    super({ allowHalfOpen: false });
  }

  override _construct(done: Done): void {
    this.open().then(
      (pipe) => {
        this.connection = pipe;
        pipe.onData((bytes) => {
          if (!this.push(bytes)) pipe.pause();
        });
        pipe.onClose((reason) => this.farEnd(reason));
        done();
      },
      (thrown: unknown) => done(toError(thrown)),
    );
  }

  override _read(): void {
    this.connection?.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.send(chunk, done);
  }

  /** All that was written in one turn goes out together, so that a packet written in parts is one send of the modem. */
  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this.send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: Done): void {
    this.closePipe(done, null);
  }

  override _destroy(error: Error | null, done: Done): void {
    this.closePipe(done, error);
  }

  private send(bytes: Buffer, done: Done): void {
    if (!this.connection) {
      done(new Error('the connection is not open'));
      return;
    }
    this.connection.send(bytes).then(
      () => done(),
      (thrown: unknown) => done(toError(thrown)),
    );
  }

  private closePipe(done: Done, error: Error | null): void {
    if (!this.connection) {
      done(error);
      return;
    }
    this.connection.close().then(
      () => done(error),
      (thrown: unknown) => done(toError(thrown)),
    );
  }

  private farEnd(reason: string | null): void {
    if (reason === null) this.push(null);
    else this.destroy(new Error(reason));
  }
}
