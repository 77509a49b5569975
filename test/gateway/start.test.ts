import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { addFaultyNode, faultyFlow } from './faulty-node';
import { Bench, occupyPort, REPOSITORY } from './launched';

const PASSWORD = /Password {3}(\S+)/;
const TAB = { id: 'b100000000000001', type: 'tab', label: 'Mine' };
/** Any node that takes its port from the settings will do; this one belongs to Node-RED itself. */
const BROKER_FLOW = [
  TAB,
  { id: 'b100000000000002', type: 'mqtt-broker', broker: '127.0.0.1', port: '${WATTKEEPER_MQTT_PORT}' },
];
const STOPS_WITHIN_MS = 30_000;

const oneLine = (text: string): string => {
  assert.equal(text.trimEnd().split('\n').length, 1, `one line, not: ${text}`);
  return text.trimEnd();
};

describe('wattkeeper start', function () {
  this.timeout(60_000);
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.open();
  });
  afterEach(() => bench.close());

  const logIn = (password: string): Promise<Response> =>
    fetch(`${bench.base}/editor/auth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        client_id: 'node-red-admin',
        grant_type: 'password',
        scope: '*',
        username: 'admin',
        password,
      }),
    });

  const ask = (address: string, token: string): Promise<Response> =>
    fetch(`${bench.base}/editor/${address}`, {
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
    });

  it('shows a login once that opens the editor, and continues with the same flow the next time', async () => {
    bench.giveFlow([TAB]);
    const { mode: givenMode } = statSync(bench.data);
    const first = bench.launch();
    await first.running();
    const password = PASSWORD.exec(first.out)?.[1];
    assert.ok(password, first.out);
    assert.match(first.out, new RegExp(`Editor +${bench.base}/editor`));

    assert.equal((await fetch(`${bench.base}/editor/flows`)).status, 401, 'closed without a login');
    assert.equal((await logIn('wrong')).status, 403, 'closed with a wrong password');
    const answer = await logIn(password);
    assert.equal(answer.status, 200);
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const flows = (await (await ask('flows', token)).json()) as { label: string }[];
    assert.deepEqual(
      flows.map(({ label }) => label),
      ['Mine'],
    );

    for (const secret of ['editor-login.json', 'credential-secret', 'node-red/.sessions.json']) {
      const mode = statSync(path.join(bench.data, secret)).mode & 0o777;
      assert.equal(mode.toString(8), '600', secret);
    }
    assert.equal(statSync(bench.data).mode, givenMode, 'a folder that was there keeps its rights');
    assert.ok(!readFileSync(path.join(bench.data, 'editor-login.json'), 'utf8').includes(password));
    first.signal('SIGINT');
    assert.equal((await first.ended()).code, 0);

    const second = bench.launch();
    await second.running();
    assert.doesNotMatch(second.out, PASSWORD);
    assert.equal((await ask('flows', token)).status, 200, 'a browser stays logged in');
    const kept = JSON.parse(readFileSync(path.join(bench.nodeRed, 'flows.json'), 'utf8')) as {
      label: string;
    }[];
    assert.deepEqual(
      kept.map(({ label }) => label),
      ['Mine'],
    );
    second.signal('SIGTERM');
    assert.equal((await second.ended()).code, 0);
  });

  it('closes the old sessions once there is a new password', async () => {
    bench.giveFlow([]);
    const first = bench.launch();
    await first.running();
    const answer = await logIn(PASSWORD.exec(first.out)![1]!);
    const { access_token: token } = (await answer.json()) as { access_token: string };

    const renewal = await bench.launch(['password']).ended();
    assert.equal(renewal.code, 0, renewal.err);
    const password = /Password {2}(\S+)/.exec(renewal.out)![1]!;
    assert.equal((await logIn(password)).status, 200, 'good at once');
    first.signal('SIGINT');
    await first.ended();

    const second = bench.launch();
    await second.running();
    assert.equal((await ask('flows', token)).status, 401);
  });

  it('loads each palette once, also when it is found in several places', async () => {
    bench.giveFlow([]);
    const scope = path.join(bench.nodeRed, 'node_modules', '@wattkeeper');
    mkdirSync(scope, { recursive: true });
    symlinkSync(REPOSITORY, path.join(scope, 'node-red-prepaid'));
    const launched = bench.launch();
    await launched.running();
    assert.doesNotMatch(launched.err, /already registered/i);
    const answer = await logIn(PASSWORD.exec(launched.out)![1]!);
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const sets = (await (await ask('nodes', token)).json()) as {
      module: string;
      name: string;
      err?: string;
    }[];
    for (const module of ['@wattkeeper/node-red-prepaid', '@flowfuse/node-red-dashboard']) {
      const names = sets.filter((set) => set.module === module).map(({ name }) => name);
      assert.ok(names.length > 0, module);
      assert.equal(new Set(names).size, names.length, module);
    }
    assert.deepEqual(
      sets.filter(({ module, err }) => module === '@flowfuse/node-red-dashboard' && err),
      [],
    );
  });

  it('names a busy web port and its setting in one line', async () => {
    const other = await occupyPort(bench.port);
    const { code, out, err } = await bench.launch().ended();
    other.close();
    assert.equal(code, 1);
    assert.equal(out, '');
    assert.match(oneLine(err), new RegExp(`^Port ${bench.port} .*in use.*\\bPORT\\b`));
    assert.ok(!existsSync(path.join(bench.data, 'wattkeeper.lock')));
  });

  it('names a busy port for meters and its setting in one line, when the flow wants it', async () => {
    bench.giveFlow(BROKER_FLOW);
    const other = await occupyPort(bench.mqttPort);
    const { code, out, err } = await bench.launch().ended();
    assert.equal(code, 1);
    assert.equal(out, '');
    assert.match(oneLine(err), new RegExp(`^Port ${bench.mqttPort} .*in use.*WATTKEEPER_MQTT_PORT`));

    bench.giveFlow([TAB]);
    const launched = bench.launch();
    await launched.running();
    other.close();
  });

  it('refuses values that are no ports', async () => {
    const wrong: [string, string][] = [
      ['PORT', 'abc'],
      ['PORT', '70000'],
      ['PORT', '0'],
      ['WATTKEEPER_MQTT_PORT', '-1'],
    ];
    for (const [name, value] of wrong) {
      const { code, err } = await bench.launch(['start'], { [name]: value }).ended();
      assert.equal(code, 1);
      assert.match(oneLine(err), new RegExp(`^${name} must be a port .*"${value}"`));
    }
  });

  it('lets one process into a data folder, and the next one after a power cut', async () => {
    bench.giveFlow([]);
    const first = bench.launch();
    await first.running();
    const elsewhere = { PORT: String(bench.mqttPort), WATTKEEPER_MQTT_PORT: String(bench.port) };
    const second = await bench.launch(['start'], elsewhere).ended();
    assert.equal(second.code, 1);
    assert.match(oneLine(second.err), /already runs in .*WATTKEEPER_DATA/);

    first.signal('SIGKILL');
    await first.ended();
    assert.ok(existsSync(path.join(bench.data, 'wattkeeper.lock')), 'a killed process leaves its lock');
    const third = bench.launch();
    await third.running();
  });

  it('takes a lock for stale when another process has the number by now', async () => {
    bench.giveFlow([]);
    const stale = { processId: process.pid, webPort: 1880, birth: 'an earlier start of the machine:1' };
    writeFileSync(path.join(bench.data, 'wattkeeper.lock'), JSON.stringify(stale));
    const launched = bench.launch();
    if (process.platform === 'linux') await launched.running();
    else assert.equal((await launched.ended()).code, 1);
  });

  it('stops on Ctrl-C with browsers connected, and leaves the port free', async () => {
    bench.giveFlow([]);
    const launched = bench.launch();
    await launched.running();
    const browser = connect(bench.port, '127.0.0.1');
    browser.on('error', () => undefined);
    await once(browser, 'connect');
    const closed = once(browser, 'close');
    const startedAtMs = performance.now();
    // npm hands the signal on to a program that has it from the terminal already.
    launched.signal('SIGINT');
    launched.signal('SIGINT');
    const { code } = await launched.ended();
    assert.equal(code, 0);
    assert.ok(performance.now() - startedAtMs < STOPS_WITHIN_MS);
    await closed;
    (await occupyPort(bench.port)).close();
    assert.ok(!existsSync(path.join(bench.data, 'wattkeeper.lock')));
  });

  it('stops in time although a node hangs, and at once on a second Ctrl-C', async () => {
    bench.giveFlow(faultyFlow({ hangs: true }));
    addFaultyNode(bench.nodeRed);
    const patient = bench.launch();
    await patient.running();
    const startedAtMs = performance.now();
    patient.signal('SIGINT');
    assert.equal((await patient.ended()).code, 0);
    const patientMs = performance.now() - startedAtMs;
    assert.ok(patientMs < STOPS_WITHIN_MS, `${patientMs} ms`);

    const hasty = bench.launch();
    await hasty.running();
    hasty.signal('SIGINT');
    await hasty.until(() => hasty.err.includes('Stopping'), 'stopping');
    const again = setInterval(() => hasty.signal('SIGINT'), 100);
    const { code } = await hasty.ended();
    clearInterval(again);
    assert.equal(code, 130);
  });

  it('ends with one line and a report when an error is caught by nobody', async () => {
    bench.giveFlow(faultyFlow({ throws: true }));
    addFaultyNode(bench.nodeRed);
    const launched = bench.launch();
    await launched.running();
    launched.err = '';
    await fetch(`${bench.base}/throw`).catch(() => undefined);
    const { code, err } = await launched.ended();
    assert.equal(code, 1);
    assert.match(oneLine(err), /^Wattkeeper stops: the roof is leaking\..*last-failure\.txt$/);
    const report = path.join(bench.data, 'last-failure.txt');
    assert.match(readFileSync(report, 'utf8'), /the roof is leaking[\s\S]+ at /);
    assert.equal((statSync(report).mode & 0o777).toString(8), '600');
  });

  it('says so when the flow cannot start', async () => {
    bench.giveFlow([
      TAB,
      { id: 'b100000000000003', type: 'never-heard-of', z: TAB.id, x: 100, y: 100, wires: [] },
    ]);
    const launched = bench.launch();
    await launched.running();
    assert.match(launched.out, /has NOT started.*never-heard-of/);
  });

  it('leads a visitor to the dashboard, or to the editor while there is none', async () => {
    bench.giveFlow([]);
    const launched = bench.launch();
    await launched.running();
    const answer = await fetch(`${bench.base}/`, { redirect: 'manual' });
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.get('location'), '/editor');
    assert.equal((await fetch(`${bench.base}/`)).status, 200);
  });
});
