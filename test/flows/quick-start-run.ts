import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, watch } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { Bench, REPOSITORY, type Launched } from '../gateway/launched';

/** The very file that a user imports, and that the launcher puts into a new data folder. */
const EXAMPLE = path.join(REPOSITORY, 'examples', 'quick-start', 'Prepaid neighbourhood.json');
/** Well above what the slowest step takes, which is the newcomer using up an opening credit. */
const HAPPENS_WITHIN_MS = 75_000;
const PASSWORD = /Password {3}(\S+)/;

interface FlowNode {
  id: string;
  type: string;
  name?: string;
  [property: string]: unknown;
}

export interface MeterRow {
  meterId: string;
  accountId: string;
  firstWh: number;
  headWh: number;
  readings: number;
  paidInMicros: number;
  balanceMicros: number;
  desired: 'on' | 'off';
  reported: 'on' | 'off' | null;
}

const METERS = `SELECT meter_id AS meterId, account_id AS accountId, head_wh AS headWh, balance_micros AS balanceMicros,
    desired, reported,
    (SELECT energy_wh FROM reading WHERE reading.meter_key = meter.meter_key ORDER BY at_ms LIMIT 1) AS firstWh,
    (SELECT count(*) FROM reading WHERE reading.meter_key = meter.meter_key) AS readings,
    (SELECT coalesce(sum(amount_micros), 0) FROM transfer WHERE credit = book_key) AS paidInMicros
  FROM meter JOIN account USING (account_key) JOIN book ON book_key = account_key JOIN relay USING (meter_key)
    LEFT JOIN head USING (meter_key)
  ORDER BY meter_id`;
/** Every book beside what its transfers add up to. */
const BOOKS = `SELECT name, balance_micros AS balanceMicros,
    (SELECT coalesce(sum(amount_micros), 0) FROM transfer WHERE credit = book_key)
      - (SELECT coalesce(sum(amount_micros), 0) FROM transfer WHERE debit = book_key) AS transfersMicros
  FROM book`;

/** The shipped quick start as a newcomer runs it, with a view into its ledger. */
export class QuickStart {
  readonly flow = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as FlowNode[];
  private launched: Launched | null = null;
  private ledger: Database.Database | null = null;
  password = '';

  private constructor(private readonly bench: Bench) {}

  static async start(): Promise<QuickStart> {
    const run = new QuickStart(await Bench.open());
    await run.launch();
    return run;
  }

  get base(): string {
    return this.bench.base;
  }

  /** What the process has said on its error stream; nothing when all is well. */
  get complaints(): string {
    return this.launched?.err ?? '';
  }

  async launch(): Promise<void> {
    this.launched = this.bench.launch();
    await this.launched.running();
    this.password ||= PASSWORD.exec(this.launched.out)?.[1] ?? '';
    this.ledger = new Database(path.join(this.bench.data, 'ledger.sqlite'), { readonly: true });
  }

  /** Stops it as Ctrl-C does and returns the exit code. */
  async stop(): Promise<number | null> {
    this.ledger?.close();
    this.launched?.signal('SIGINT');
    return (await this.launched?.ended())?.code ?? null;
  }

  async close(): Promise<void> {
    this.ledger?.close();
    await this.bench.close();
  }

  meters(): MeterRow[] {
    return this.all<MeterRow>(METERS);
  }

  meter(meterId: string): MeterRow {
    const row = this.meters().find((candidate) => candidate.meterId === meterId);
    assert.ok(row, `the ledger has ${meterId}`);
    return row;
  }

  /** The kinds of an account's notices, oldest first. */
  notices(accountId: string): string[] {
    const sql =
      'SELECT kind FROM notice JOIN account USING (account_key) WHERE account_id = ? ORDER BY notice_id';
    return this.all<{ kind: string }>(sql, accountId).map(({ kind }) => kind);
  }

  /** How often money with such a reference was credited. */
  payments(referenceStart: string): number {
    const sql = "SELECT id FROM transfer WHERE ref LIKE ? || '%'";
    return this.all(sql, referenceStart).length;
  }

  /** The double entry holds: every balance is the sum of its transfers, and all of them together are nothing. */
  assertBooksBalance(): void {
    const books = this.all<{ name: string; balanceMicros: number; transfersMicros: number }>(BOOKS);
    assert.deepEqual(
      books.filter(({ balanceMicros, transfersMicros }) => balanceMicros !== transfersMicros),
      [],
    );
    assert.equal(
      books.reduce((sum, { balanceMicros }) => sum + balanceMicros, 0),
      0,
    );
  }

  /** Looks again after each write to the ledger, until the condition holds. */
  async until(what: string, condition: () => boolean, withinMs = HAPPENS_WITHIN_MS): Promise<void> {
    const tooLate = AbortSignal.timeout(withinMs);
    const watcher = watch(this.bench.data);
    try {
      while (!condition()) await once(watcher, 'change', { signal: tooLate });
    } catch (error) {
      if (!tooLate.aborted) throw error;
      assert.fail(
        `not within ${withinMs / 1000} s: ${what}\n${this.complaints}\n${JSON.stringify(this.meters())}`,
      );
    } finally {
      watcher.close();
    }
  }

  /** Presses the button of an inject node, as the editor does. */
  async press(name: string): Promise<void> {
    const button = this.flow.find((node) => node.type === 'inject' && node.name === name);
    assert.ok(button, `the flow has a button "${name}"`);
    const token = await this.logIn();
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(`${this.base}/editor/inject/${button.id}`, { method: 'POST', headers });
    assert.equal(response.status, 200);
  }

  private async logIn(): Promise<string> {
    const body = new URLSearchParams({
      client_id: 'node-red-admin',
      grant_type: 'password',
      scope: '*',
      username: 'admin',
      password: this.password,
    });
    const response = await fetch(`${this.base}/editor/auth/token`, { method: 'POST', body });
    const { access_token: token } = (await response.json()) as { access_token: string };
    return token;
  }

  private all<Row>(sql: string, ...values: string[]): Row[] {
    assert.ok(this.ledger, 'the quick start runs');
    return this.ledger.prepare<string[], Row>(sql).all(...values);
  }
}
