import { Aedes } from 'aedes';
import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GATEWAY_ID, identityOf } from './bypass-process';

/** How often each side is killed; `WATTKEEPER_KILLS=100` looks longer. */
const KILLS = Number(process.env['WATTKEEPER_KILLS'] ?? (process.env['CI'] ? 20 : 5));
const LONGEST_LIFE_MS = 300;
const POLL_MS = 50;

interface Told {
  child: ChildProcess;
  lines: () => string[];
  firstLine: Promise<void>;
  ended: Promise<NodeJS.Signals | null>;
}

function start(program: string, ...words: string[]): Told {
  const child = spawn(process.execPath, ['--import=tsx', join(__dirname, program), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  const firstLine = new Promise<void>((resolve) =>
    child.stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      resolve();
    }),
  );
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('close', (_code, signal) => resolve(signal)),
  );
  // The last line may have been cut in the middle by the kill.
  const lines = (): string[] =>
    told
      .slice(0, told.lastIndexOf('\n') + 1)
      .trim()
      .split('\n');
  return { child, lines, firstLine, ended };
}

const keptBy = ({ lines }: Told): string[] =>
  lines().flatMap((line) => (line.startsWith('kept ') ? [line.slice(5)] : []));

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function namesIn(file: string, sql: string): string[] {
  const raw = new Database(file, { readonly: true });
  const names = raw.prepare(sql).pluck().all() as string[];
  raw.close();
  return names;
}

describe('a gateway and a head-end that are killed, over real MQTT', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wattkeeper-bypass-'));
  let server: Server;
  let broker: Aedes;
  let url = '';

  before(async () => {
    broker = await Aedes.createBroker();
    server = createServer((socket) => broker.handle(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    await new Promise<void>((resolve) => broker.close(resolve));
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const stored = (): Set<string> =>
    new Set(namesIn(join(folder, 'ledger.sqlite'), 'SELECT name FROM reading'));
  const held = (): Set<string> =>
    new Set(namesIn(join(folder, `gateway-${GATEWAY_ID}.sqlite`), 'SELECT meter_id FROM outgoing'));

  /** What a gateway has kept and deleted again. */
  const gone = (gateway: Told): string[] => {
    const inOutbox = held();
    return keptBy(gateway).filter((name) => !inOutbox.has(name));
  };

  /** Each knows the other's public key, and nothing else. */
  function introduce(): string {
    const head = identityOf('head-end', folder);
    const code = head.keys.inUse.publicKey.toString('hex');
    const gateway = identityOf('gateway', folder, code);
    head.peers.replace(GATEWAY_ID, gateway.keys.inUse.publicKey);
    gateway.close();
    head.close();
    return code;
  }

  it(`loses nothing that was kept, over ${KILLS} kills of each`, async function () {
    this.timeout(KILLS * 20_000 + 60_000);
    const code = introduce();
    const kept = new Set<string>();
    let acknowledged = 0;
    for (let round = 1; round <= KILLS; round += 1) {
      const head = start('crash-head-end.ts', folder, url);
      const gateway = start('crash-gateway.ts', folder, url, code, String(round));
      await head.firstLine;
      // Later rounds end wherever they end; a slow machine must have come to an acknowledgement once.
      while (round === 1 && gone(gateway).length === 0) await pause(POLL_MS);
      const victims = Math.random() < 0.5 ? [head, gateway] : [gateway, head];
      for (const { child } of victims) {
        await pause(Math.random() * LONGEST_LIFE_MS);
        child.kill('SIGKILL');
      }
      assert.deepEqual(await Promise.all([head.ended, gateway.ended]), ['SIGKILL', 'SIGKILL']);
      for (const name of keptBy(gateway)) kept.add(name);
      const [inLedger, inOutbox] = [stored(), held()];
      acknowledged = [...kept].filter((name) => !inOutbox.has(name)).length;
      const lost = [...kept].filter((name) => !inLedger.has(name) && !inOutbox.has(name));
      assert.deepEqual(lost, [], `round ${round}`);
    }
    const head = start('crash-head-end.ts', folder, url);
    const gateway = start('crash-gateway.ts', folder, url, code, 'last');
    assert.equal(await gateway.ended, null);
    head.child.kill('SIGKILL');
    await head.ended;
    const inLedger = stored();
    assert.deepEqual(
      [...kept].filter((name) => !inLedger.has(name)),
      [],
    );
    assert.ok(kept.size > KILLS * 20, `only ${kept.size} readings were kept`);
    assert.ok(acknowledged > 0, 'nothing was acknowledged before the last round');
  });
});
