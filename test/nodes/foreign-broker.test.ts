import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { needs, pathOrSkip } from '../needs';
import { RunningFlow, withDeadline } from './running-flow';

const run = promisify(execFile);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('meter-broker with Mosquitto', () => {
  let flow: RunningFlow;
  let mosquitto: ChildProcess | undefined;
  let publisher: string;
  let port: number;

  before(async function () {
    const server = pathOrSkip(needs.mosquitto, this);
    publisher = pathOrSkip(needs.mosquittoClients, this);
    flow = await RunningFlow.open();
    port = await freePort();
    const config = join(flow.folder, 'mosquitto.conf');
    writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
    const child = spawn(server, ['-c', config, '-v'], { stdio: ['ignore', 'ignore', 'pipe'] });
    mosquitto = child;
    let log = '';
    await withDeadline('mosquitto to start', (resolve: (value: void) => void) => {
      child.stderr.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        if (log.includes('running')) resolve();
      });
    });
  });
  after(async () => {
    if (!mosquitto) return;
    await flow.close();
    const ended = new Promise((resolve) => mosquitto?.once('exit', resolve));
    mosquitto.kill();
    await ended;
  });

  it('bills a reading that a foreign client publishes', async () => {
    await flow.start([
      flow.site(),
      { id: 'broker', type: 'meter-broker', kind: 'external', url: `mqtt://127.0.0.1:${port}` },
      { id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
      { id: 'ingest', type: 'meter-ingest', site: 'site', broker: 'broker', wires: [['tariff'], [], []] },
      {
        id: 'tariff',
        type: 'tariff-calc',
        tariffId: 'home',
        version: 1,
        pricePerKwh: '8',
        wires: [['guard']],
      },
      {
        id: 'guard',
        type: 'balance-guard',
        site: 'site',
        cutFrom: '00:00',
        cutTo: '24:00',
        wires: [['state'], [], []],
      },
      ...['registered', 'state'].map((id) => ({ id, type: 'helper' })),
    ]);
    await flow.ask(
      'register',
      { payload: { accountId: 'A1', name: 'House 1', meterId: 'M1' } },
      'registered',
    );
    const link = flow.link('broker');
    await withDeadline('the connection', (resolve: (value: void) => void) => {
      if (link.state.kind === 'up') resolve();
      else link.onState((state) => state.kind === 'up' && resolve());
    });
    const publish = async (energyWh: number): Promise<unknown> => {
      const state = flow.next('state');
      const message = JSON.stringify({ atMs: flow.ledger.nowMs(), energyWh });
      await run(publisher, ['-p', String(port), '-q', '1', '-t', 'wk/M1/reading', '-m', message]);
      return (await state).payload;
    };
    await publish(1_000);
    assert.equal(((await publish(1_050)) as { balanceMicros: number }).balanceMicros, -400_000);
  });
});
