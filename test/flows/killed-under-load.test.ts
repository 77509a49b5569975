import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { connect, type MqttClient } from 'mqtt';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as waitMs } from 'node:timers/promises';
import { SqliteStore } from '../../nodes/lib/io/sqlite/sqlite-store';
import { verifyLedger } from '../../nodes/lib/io/sqlite/verify-ledger';
import { NodeRed, OUR_PALETTE } from '../bench/node-red';
import { pathFlow } from '../bench/path-flow';
import { registration } from '../lib/io/sqlite/ledger-fixture';

/** `WATTKEEPER_KILLS=50` looks longer. */
const KILLS = Number(process.env['WATTKEEPER_KILLS'] ?? 3);
const METERS = 20;
const RECONNECT_MS = 50;
const STEP_WH = 3;
const STEP_MS = 1_000;
const LONGEST_LIFE_MS = 300;
/** A register step of 3 Wh a second is 10.8 kW, well below what is held as a jump; the clock starts in the past. */
const HEAD_START_MS = 24 * 3_600_000;

/** A meter with a plain QoS 1 client: it sends the next reading when the last is acknowledged, and repeats until then. */
class Meter {
  readonly acknowledged: number[] = [];
  private readonly client: MqttClient;
  private atMs = Date.now() - HEAD_START_MS;
  private energyWh = 1_000;

  constructor(
    readonly meterId: string,
    port: number,
    private readonly onAcknowledged: () => void,
  ) {
    this.client = connect(`mqtt://127.0.0.1:${port}`, {
      clientId: meterId,
      clean: false,
      reconnectPeriod: RECONNECT_MS,
    });
    // While the server is dead there is nobody to connect to; the client tries again by itself.
    this.client.on('error', () => undefined);
    this.readOn();
  }

  stop(): Promise<void> {
    return this.client.endAsync(true);
  }

  private readOn(): void {
    this.atMs += STEP_MS;
    this.energyWh += STEP_WH;
    const { atMs, energyWh } = this;
    this.client.publish(
      `wk/${this.meterId}/reading`,
      JSON.stringify({ atMs, energyWh }),
      { qos: 1 },
      (error) => {
        if (error) return;
        this.acknowledged.push(atMs);
        this.onAcknowledged();
        this.readOn();
      },
    );
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a Node-RED that is killed under load', () => {
  let folder: string;
  let database: string;
  let port: number;
  let nodeRed: NodeRed | undefined;
  let meters: Meter[] = [];
  let heard: (() => void) | undefined;

  const start = async (life: number): Promise<void> => {
    const flow = pathFlow(database, port);
    const userFolder = path.join(folder, `life-${life}`);
    nodeRed = await NodeRed.start({ folder: userFolder, flow, nodesDirs: OUR_PALETTE, hasEditor: false });
  };
  /** Waits until every meter has had an acknowledgement since now: only then is everything under load. */
  const underLoad = async (): Promise<void> => {
    const before = meters.map(({ acknowledged }) => acknowledged.length);
    const isMoving = (): boolean =>
      meters.every(({ acknowledged }, index) => acknowledged.length > (before[index] ?? 0));
    while (!isMoving()) await new Promise<void>((resolve) => (heard = resolve));
  };

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'wattkeeper-kill-'));
    database = path.join(folder, 'ledger.sqlite');
    port = await freePort();
    const store = new SqliteStore(database, (kind) => kind);
    for (const [name, value] of [
      ['currency', 'INR'],
      ['clock', 'real'],
    ] as const)
      store.writeSite(name, value);
    for (let number = 0; number < METERS; number += 1) {
      store.commit([{ type: 'register', registration: registration(number), by: 'test' }], Date.now());
    }
    store.close();
  });
  afterEach(async () => {
    await Promise.all(meters.map((meter) => meter.stop()));
    await nodeRed?.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });

  it(`has every acknowledged reading in the ledger, once, after ${KILLS} kills`, async function () {
    this.timeout(60_000 + KILLS * 20_000);
    const names = Array.from({ length: METERS }, (_, number) => `M${number}`);
    meters = names.map((meterId) => new Meter(meterId, port, () => heard?.()));
    for (let life = 1; life <= KILLS; life += 1) {
      await start(life);
      await underLoad();
      await waitMs(Math.random() * LONGEST_LIFE_MS);
      await nodeRed?.process.stop('SIGKILL');
    }
    await start(KILLS + 1);
    await underLoad();
    await Promise.all(meters.map((meter) => meter.stop()));
    await nodeRed?.stop();

    assert.ok(verifyLedger(database, ({ check, fault }) => assert.equal(fault, null, check)));
    const raw = new Database(database, { readonly: true });
    const timesOf = raw.prepare<[string], number>(
      'SELECT at_ms FROM reading JOIN meter USING (meter_key) WHERE meter_id = ? ORDER BY at_ms',
    );
    for (const { meterId, acknowledged } of meters) {
      const stored = new Set(timesOf.pluck().all(meterId));
      const missing = acknowledged.filter((atMs) => !stored.has(atMs));
      assert.deepEqual(missing, [], meterId);
    }
    assert.equal(raw.prepare('SELECT count(*) FROM refusal').pluck().get(), 0);
    raw.close();
    const total = meters.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
    assert.ok(total > METERS * KILLS, `only ${total} acknowledgements were seen`);
  });
});
