// A device's password from the cradle to the grave, against a broker that listens.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DeviceDesk } from '../../../../nodes/lib/io/mqtt/device-desk';
import {
  hashDevicePassword,
  isDevicePassword,
  makeDevicePassword,
} from '../../../../nodes/lib/io/mqtt/device-password';
import type { DeviceEvent } from '../../../../nodes/lib/meter/meter-link';
import { AttackedBroker, closed } from './attacked-broker';

const HOUR_MS = 3_600_000;

describe('passwords of devices', () => {
  let broker: AttackedBroker;
  beforeEach(() => {
    broker = new AttackedBroker();
  });
  afterEach(() => broker.close());

  const rotate = async (overlapMs: number): Promise<string> =>
    (await broker.desk.handle({ kind: 'rotate', name: 'A', overlapMs }, 'test')) ?? '';
  const opens = async (password: string, name = 'A'): Promise<boolean> =>
    !(await broker.isRefused(name, { password, clientId: 'try' }));

  it('open the broker to their own device and nobody else', async () => {
    await broker.open();
    const { A = '', B = '' } = broker.passwords;
    assert.match(A, /^(?:[a-z2-9]{4}-){5}[a-z2-9]{4}$/);
    assert.notEqual(A, B);
    assert.ok(await opens(A));
    assert.ok(await opens(A), 'the second time by the quick way');
    for (const wrong of [B, '', A.slice(1), `${A} `, A.toUpperCase(), 'x'.repeat(300)])
      assert.ok(!(await opens(wrong)));
    assert.ok(!(await opens(A, 'C')), 'a name that is not in the list');
    await broker.refused('login', 7);
  });

  it('are kept as hashes in a file of the owner', async () => {
    await broker.open();
    const file = path.join(broker.folder, 'devices.json');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(`${file}.log`).mode & 0o777, 0o600);
    const text = readFileSync(file, 'utf8') + readFileSync(`${file}.log`, 'utf8');
    for (const password of Object.values(broker.passwords)) assert.ok(!text.includes(password));
    assert.match(text, /"did":"add","device":"B"/);
    const same = makeDevicePassword();
    const [one, other] = [await hashDevicePassword(same), await hashDevicePassword(same)];
    assert.notEqual(one.scrypt, other.scrypt);
    assert.ok(await isDevicePassword(Buffer.from(same), one.scrypt));
    assert.ok(!(await isDevicePassword(Buffer.from('other'), one.scrypt)));
  });

  it('change with an overlap, after which whoever came with the former one is cut off', async () => {
    await broker.open({ timing: { lookEveryMs: 20 } });
    const former = broker.passwords['A']!;
    const old = await broker.connect('A');
    const next = await rotate(HOUR_MS);
    assert.ok((await opens(former)) && (await opens(next)));
    broker.nowMs += HOUR_MS - 1;
    assert.ok(await opens(former));
    assert.ok(old.connected);
    broker.nowMs += 1;
    await closed(old);
    assert.ok(!(await opens(former)));
    assert.ok(await opens(next));
    await broker.refused('revoked');
  });

  it('are taken back at once, also of who is connected', async () => {
    await broker.open();
    const client = await broker.connect('A');
    await broker.desk.handle({ kind: 'revoke', name: 'A' }, 'test');
    await closed(client);
    assert.ok(!(await opens(broker.passwords['A']!)));
    assert.ok(await opens(broker.passwords['B']!, 'B'));
    await broker.refused('revoked');
  });

  it('follow the file when another program changes it', async () => {
    await broker.open({ timing: { lookEveryMs: 20 } });
    const other = new DeviceDesk(path.join(broker.folder, 'devices.json'), () => broker.nowMs);
    const client = await broker.connect('A');
    await other.handle({ kind: 'revoke', name: 'A' }, 'command line');
    await closed(client);
    const made = (await other.handle({ kind: 'add', name: 'C', dialect: 'own' }, 'command line')) ?? '';
    assert.ok(await opens(made, 'C'));
  });

  it('let nobody new in while their list is damaged, and leave who is connected', async () => {
    await broker.open({ timing: { lookEveryMs: 20 } });
    const client = await broker.connect('A');
    writeFileSync(
      path.join(broker.folder, 'devices.json'),
      '{"format":"wattkeeper-devices-1","devices":[{}]}',
    );
    assert.ok(!(await opens(broker.passwords['B']!, 'B')));
    await broker.refused('devices');
    await assert.rejects(
      broker.desk.handle({ kind: 'revoke', name: 'A' }, 'test'),
      /device number 1 is damaged/,
    );
    await client.publishAsync('wk/A/reading', 'x', { qos: 1 });
  });

  it('stand beside a shared one: a name that ever had its own needs it', async () => {
    await broker.open({ access: 'shared', password: 'for all' });
    assert.ok(await opens('for all', 'newcomer'));
    assert.ok(!(await opens('for all')), 'A has its own');
    assert.ok(await opens(broker.passwords['A']!));
    await broker.desk.handle({ kind: 'revoke', name: 'A' }, 'test');
    assert.ok(!(await opens('for all')), 'taken back is not shared again');
    const client = await broker.connect('late', { password: 'for all' });
    await broker.add('late');
    await closed(client);
    assert.ok(!(await opens('for all', 'late')));
  });

  it('tell of devices that come, leave, vanish and are cut off', async () => {
    const link = await broker.open();
    const events: string[] = [];
    let wake = (): void => undefined;
    link.onDevice(({ kind, device, will }: DeviceEvent) => {
      events.push([device, kind, will?.topic, will?.payload.toString()].filter(Boolean).join(' '));
      wake();
    });
    const happened = async (count: number): Promise<void> => {
      while (events.length < count) await new Promise<void>((resolve) => (wake = resolve));
    };
    const will = { topic: 'wk/A/gone', payload: Buffer.from('no supply'), qos: 0 as const, retain: true };
    const polite = await broker.connect('A', { will });
    await polite.endAsync();
    await happened(2);
    const lost = await broker.connect('A', { will });
    lost.stream.destroy();
    await happened(4);
    const first = await broker.connect('B');
    await broker.connect('B');
    await closed(first);
    await broker.desk.handle({ kind: 'revoke', name: 'B' }, 'test');
    await happened(6);
    assert.deepEqual(events, [
      'A online',
      'A left',
      'A online',
      'A outage wk/A/gone no supply',
      'B online',
      'B cut',
    ]);
    assert.deepEqual(link.state, { kind: 'up', devices: 0 });
  });

  it('grant a device of another make its own topics', async () => {
    const link = await broker.open();
    await broker.add('plug', 'tasmota');
    const heard: string[] = [];
    link.listen('tele/#', (topic, _payload, answer) => {
      heard.push(topic);
      answer?.(null);
    });
    const plug = await broker.connect('plug');
    await plug.subscribeAsync('cmnd/plug/#', { qos: 1 });
    await assert.rejects(plug.subscribeAsync('cmnd/#'));
    const command = new Promise<string>((resolve) => plug.once('message', (topic) => resolve(topic)));
    await plug.publishAsync('tele/plug/SENSOR', '{}', { qos: 1 });
    await link.publish('cmnd/plug/POWER', 'ON');
    assert.equal(await command, 'cmnd/plug/POWER');
    // A Tasmota says this at every connect. It stays, and nobody hears of it.
    link.listen('cmnd/#', (topic) => heard.push(topic));
    link.listen('tasmota/#', (topic) => heard.push(topic));
    await plug.publishAsync('cmnd/plug/POWER', '', { qos: 1 });
    await plug.publishAsync('tasmota/discovery/AABBCC/config', '{}', { qos: 1, retain: true });
    assert.ok(plug.connected);
    plug.publish('tele/other/SENSOR', '{}', { qos: 1 });
    await closed(plug);
    assert.deepEqual(heard, ['tele/plug/SENSOR']);
  });
});
