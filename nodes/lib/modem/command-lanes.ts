import { AtFault, toFault } from './at-fault';
import type { AtEngine, AtReply } from './at-engine';
import type { Schedule } from './byte-port';
import { rowOf } from './command-table';

/** Who wants something of the modem. The lanes take turns, so none waits longer than one command of each other. */
export const LANES = ['text', 'data', 'ask', 'keep'] as const;
export type Lane = (typeof LANES)[number];

/** More than this waiting in one lane means that nobody serves it. */
const MAX_WAITING = 64;
/** How often a command that may be repeated is tried before it is given back. */
const MAX_TRIES = 3;
/** A modem that boots, searches a network and is cured once comes back within this time. */
const DEFAULT_WAIT_MS = 300_000;

interface Job {
  readonly line: string;
  readonly body: Uint8Array | null;
  tries: number;
  cancelWait: () => void;
  resolve(reply: AtReply): void;
  reject(fault: AtFault): void;
}

/** The queue in front of the modem: hands out one command at a time, turn by turn, and repeats what may be repeated. */
export class CommandLanes {
  /** Commands given to the modem a second time. */
  retries = 0;
  private readonly waiting: Record<Lane, Job[]> = { text: [], data: [], ask: [], keep: [] };
  private engine: AtEngine | null = null;
  private open = new Set<Lane>();
  private closedWith: AtFault | null = null;
  private isPumping = false;
  private pumping: Promise<void> = Promise.resolve();
  private lastLane: Lane = 'keep';

  constructor(
    private readonly schedule: Schedule,
    /** The modem gives no answer at all any more. */
    private readonly onDeaf: (fault: AtFault) => void,
  ) {}

  get waitingCount(): number {
    return LANES.reduce((sum, lane) => sum + this.waiting[lane].length, 0);
  }

  /** Serves these lanes on this engine from now on. */
  serve(engine: AtEngine, lanes: readonly Lane[]): void {
    this.engine = engine;
    this.open = new Set(lanes);
    this.pump();
  }

  /** Serves nobody until the modem is well again. */
  hold(): void {
    this.engine = null;
    this.open.clear();
  }

  /** Serves nobody any more and gives everything back. */
  close(fault: AtFault): void {
    this.hold();
    this.closedWith = fault;
    for (const lane of LANES) this.drop(lane, fault);
  }

  run(lane: Lane, line: string, body: Uint8Array | null = null, waitMs = DEFAULT_WAIT_MS): Promise<AtReply> {
    if (this.closedWith) return Promise.reject(this.closedWith);
    const queue = this.waiting[lane];
    if (queue.length >= MAX_WAITING)
      return Promise.reject(new AtFault('full', `too many commands wait for the modem (${lane})`));
    return new Promise<AtReply>((resolve, reject) => {
      const job: Job = { line, body, tries: 0, cancelWait: () => undefined, resolve, reject };
      job.cancelWait = this.schedule.after(waitMs, () => {
        this.waiting[lane] = this.waiting[lane].filter((other) => other !== job);
        reject(new AtFault('notReady', 'the modem was not ready in time'));
      });
      queue.push(job);
      this.pump();
    });
  }

  /** Gives back what waits in a lane, for instance because the connection it was meant for is gone. */
  drop(lane: Lane, fault: AtFault): void {
    const dropped = this.waiting[lane];
    this.waiting[lane] = [];
    for (const job of dropped) {
      job.cancelWait();
      job.reject(fault);
    }
  }

  /** Settles when no command is under way. */
  idle(): Promise<void> {
    return this.pumping;
  }

  /** The same, or after this long although one still is. */
  idleWithin(mostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.schedule.after(mostMs, resolve);
      void this.idle().then(() => {
        cancel();
        resolve();
      });
    });
  }

  private pump(): void {
    if (!this.isPumping) this.pumping = this.serveAll();
  }

  private async serveAll(): Promise<void> {
    this.isPumping = true;
    try {
      for (let engine = this.engine; engine; engine = this.engine) {
        const next = this.takeNext();
        if (!next) break;
        await this.serveJob(engine, next.lane, next.job);
      }
    } finally {
      this.isPumping = false;
    }
  }

  /** The first lane after the one served last that has something to do. */
  private takeNext(): { lane: Lane; job: Job } | null {
    const start = LANES.indexOf(this.lastLane) + 1;
    for (let step = 0; step < LANES.length; step += 1) {
      const lane = LANES[(start + step) % LANES.length] ?? 'text';
      if (!this.open.has(lane)) continue;
      const job = this.waiting[lane].shift();
      if (!job) continue;
      this.lastLane = lane;
      job.cancelWait();
      return { lane, job };
    }
    return null;
  }

  private async serveJob(engine: AtEngine, lane: Lane, job: Job): Promise<void> {
    job.tries += 1;
    try {
      job.resolve(await engine.run(job.line, job.body));
    } catch (thrown) {
      const fault = toFault(thrown);
      const isHeard = await this.hearAgain(engine, fault);
      if (this.mayRepeat(lane, job, fault)) {
        this.retries += 1;
        this.putBack(lane, job);
      } else job.reject(fault);
      if (!isHeard) {
        this.hold();
        this.onDeaf(fault);
      }
    }
  }

  /** Whether the modem still answers, one answer per command. */
  private async hearAgain(engine: AtEngine, fault: AtFault): Promise<boolean> {
    if (fault.kind !== 'silent' && fault.kind !== 'noPrompt' && fault.kind !== 'aborted') return true;
    try {
      return await engine.resync();
    } catch {
      // It started anew or the port went away meanwhile, which is told elsewhere.
      return true;
    }
  }

  /** A connection does not outlive the modem's start, so what belongs to it is never repeated after one. */
  private mayRepeat(lane: Lane, job: Job, fault: AtFault): boolean {
    if (this.closedWith || job.tries >= MAX_TRIES || !rowOf(job.line).isIdempotent || job.body) return false;
    if (fault.kind === 'silent') return true;
    return lane !== 'data' && (fault.kind === 'reset' || fault.kind === 'closed');
  }

  private putBack(lane: Lane, job: Job): void {
    job.cancelWait = this.schedule.after(DEFAULT_WAIT_MS, () => {
      this.waiting[lane] = this.waiting[lane].filter((other) => other !== job);
      job.reject(new AtFault('notReady', 'the modem was not ready in time'));
    });
    this.waiting[lane].unshift(job);
  }
}
