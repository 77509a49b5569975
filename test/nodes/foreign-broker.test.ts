import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { needs, pathOrSkip } from '../needs';
import { Mosquitto } from './mosquitto';
import { RunningFlow, withDeadline } from './running-flow';

const run = promisify(execFile);

describe('meter-broker with Mosquitto', () => {
  let flow: RunningFlow;
  let mosquitto: Mosquitto | undefined;
  let publisher: string;
  let port: number;

  before(async function () {
    const server = pathOrSkip(needs.mosquitto, this);
    publisher = pathOrSkip(needs.mosquittoClients, this);
    flow = await RunningFlow.open();
    mosquitto = await Mosquitto.start(server, flow.folder, ['allow_anonymous true']);
    ({ port } = mosquitto);
  });
  after(async () => {
    if (!mosquitto) return;
    await flow.close();
    await mosquitto.stop();
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
        site: 'site',
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
