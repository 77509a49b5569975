import { firstLine, StartFailure } from './start-failure';

/** How to end what runs. */
export interface ShutdownWork {
  /** Stops everything that holds data, and ends when it is stored. */
  stop: () => Promise<void>;
  /** The very last, which must not wait for anything. */
  release: () => void;
  /** Keeps the whole story of a failure and says where it is. */
  report: (error: unknown) => string;
  say: (line: string) => void;
}

/** After this a stop that hangs is given up. What was acknowledged is stored in any case. */
const STOP_WITHIN_MS = 4_500;
/** npm passes Ctrl-C on to a program that has heard it already; two within this time are one. */
const SAME_KEYPRESS_MS = 500;
/** What a shell expects of a program that was ended by Ctrl-C without further ado. */
const INTERRUPTED = 130;

/** Ends the process in order: on signals with code 0, on an error that nobody caught with code 1. */
export class Shutdown {
  private startedAtMs: number | null = null;

  constructor(private work: ShutdownWork) {
    // Not SIGHUP: whoever uses nohup has switched it off, and a handler would switch it on again.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => this.onSignal());
    process.on('uncaughtException', (error) => this.fail(error));
    // The terminal may be gone already; that is no reason to end otherwise than in order.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  }

  /** Says what stopping means from now on, since more has been started. */
  onStop(stop: () => Promise<void>): void {
    this.work = { ...this.work, stop };
  }

  fail(error: unknown): void {
    if (this.startedAtMs !== null) return;
    const isExplained = error instanceof StartFailure;
    this.work.say(
      isExplained ? error.message : `Wattkeeper stops: ${firstLine(error)}. ${this.work.report(error)}`,
    );
    this.begin(1);
  }

  private onSignal(): void {
    if (this.startedAtMs === null) {
      this.work.say('Stopping…');
      this.begin(0);
    } else if (performance.now() - this.startedAtMs > SAME_KEYPRESS_MS) {
      this.exit(INTERRUPTED);
    }
  }

  private begin(code: number): void {
    this.startedAtMs = performance.now();
    setTimeout(() => {
      this.work.say('Something did not stop in time and is left behind.');
      this.exit(code);
    }, STOP_WITHIN_MS);
    this.work.stop().then(
      () => this.exit(code),
      (error: unknown) => {
        this.work.say(`Stopping failed: ${firstLine(error)}.`);
        this.exit(1);
      },
    );
  }

  private exit(code: number): void {
    this.work.release();
    process.exit(code);
  }
}
