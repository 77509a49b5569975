// A real Mosquitto held to our rules by the files that we write for it, and meters that share the reading of it.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { DeviceDesk } from '../../nodes/lib/io/mqtt/device-desk';
import { ExternalBroker } from '../../nodes/lib/io/mqtt/external-broker';
import { needs, pathOrSkip } from '../needs';
import { Mosquitto } from './mosquitto';
import { withDeadline } from './running-flow';

const HEAD_END = { username: 'wattkeeper', password: 'head-end: secret' };

describe('Mosquitto with the files of a meter-broker', () => {
  let folder: string;
  let desk: DeviceDesk;
  let mosquitto: Mosquitto | undefined;
  let clients: MqttClient[];
  let links: ExternalBroker[];
  const passwords: Record<string, string> = {};

  beforeEach(async function () {
    const program = pathOrSkip(needs.mosquitto, this);
    folder = mkdtempSync(path.join(tmpdir(), 'wattkeeper-mosquitto-'));
    desk = new DeviceDesk(path.join(folder, 'devices.json'), Date.now);
    clients = [];
    links = [];
    for (const name of ['A', 'B']) passwords[name] = await add(name, 'own');
    passwords['plug'] = await add('plug', 'tasmota');
    await writeFiles();
    mosquitto = await Mosquitto.start(program, folder, [
      'allow_anonymous false',
      `acl_file ${path.join(folder, 'acl')}`,
      `password_file ${path.join(folder, 'passwords')}`,
    ]);
  });
  afterEach(async () => {
    for (const link of links) await link.close();
    for (const client of clients) await client.endAsync(true);
    await mosquitto?.stop();
    mosquitto = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  const add = async (name: string, dialect: 'own' | 'tasmota'): Promise<string> =>
    (await desk.handle({ kind: 'add', name, dialect }, 'test')) ?? '';
  const writeFiles = async (): Promise<void> => {
    const { acl, passwords: lines } = await desk.filesForMosquitto(HEAD_END);
    for (const [name, text] of Object.entries({ acl, passwords: lines })) {
      writeFileSync(path.join(folder, name), text);
      chmodSync(path.join(folder, name), 0o600);
    }
  };
  const connect = async (username: string, password = passwords[username] ?? ''): Promise<MqttClient> => {
    const client = await connectAsync(mosquitto!.url, { username, password, reconnectPeriod: 0 });
    clients.push(client);
    client.on('error', () => undefined);
    return client;
  };
  const openLink = async (clientId: string, sharedGroup = ''): Promise<ExternalBroker> => {
    const link = new ExternalBroker({
      url: mosquitto!.url,
      ...HEAD_END,
      clientId,
      authority: '',
      sharedGroup,
    });
    links.push(link);
    await withDeadline('the connection', (resolve: (value: void) => void) => {
      if (link.state.kind === 'up') resolve();
      else link.onState(({ kind }) => kind === 'up' && resolve());
    });
    return link;
  };
  /** Hears `wk/+/reading` and resolves with every payload up to `last`. */
  const hearUntil = (link: ExternalBroker, filter: string, last: string): Promise<string[]> => {
    const heard: string[] = [];
    return withDeadline(last, (resolve) =>
      link.listen(filter, (topic, payload) => {
        heard.push(`${topic} ${payload.toString()}`);
        if (payload.toString() === last) resolve(heard);
      }),
    );
  };

  it('lets devices in with their own passwords and nobody else', async () => {
    await connect('A');
    await assert.rejects(connect('A', passwords['B']));
    await assert.rejects(connect('C', passwords['A']));
    await assert.rejects(connectAsync(mosquitto!.url, { reconnectPeriod: 0 }));
  });

  it('lets a device speak for itself only', async () => {
    const link = await openLink('head-end');
    const heard = hearUntil(link, 'wk/+/reading', 'end');
    const [a, b] = [await connect('A'), await connect('B')];
    await a.publishAsync('wk/A/reading', 'mine', { qos: 1 });
    await a.publishAsync('wk/B/reading', 'forged', { qos: 1 });
    await b.publishAsync('wk/B/reading', 'end', { qos: 1 });
    assert.deepEqual(await heard, ['wk/A/reading mine', 'wk/B/reading end']);
  });

  it('lets a device hear its own commands only', async () => {
    const link = await openLink('head-end');
    const spy = await connect('A');
    const got: string[] = [];
    const told = withDeadline('the command', (resolve: (value: void) => void) =>
      spy.on('message', (topic, payload) => {
        got.push(`${topic} ${payload.toString()}`);
        if (payload.toString() === 'off') resolve();
      }),
    );
    // Mosquitto may grant these and then sends nothing on them.
    for (const filter of ['#', '$SYS/#', 'wk/+/command'])
      await spy.subscribeAsync(filter, { qos: 1 }).catch(() => []);
    await spy.subscribeAsync('wk/A/command', { qos: 1 });
    const b = await connect('B');
    await b.publishAsync('wk/B/reading', 'x', { qos: 1 });
    await b.publishAsync('wk/A/command', 'on', { qos: 1 });
    await link.publish('wk/B/command', 'for B');
    await link.publish('wk/A/command', 'off');
    await told;
    assert.deepEqual([...new Set(got)], ['wk/A/command off']);
  });

  it('gives a Tasmota plug its own topics, both ways', async () => {
    const link = await openLink('head-end');
    const heard = hearUntil(link, 'tele/#', 'end');
    const plug = await connect('plug');
    await plug.subscribeAsync('cmnd/plug/#', { qos: 1 });
    const command = withDeadline('the command', (resolve) => plug.once('message', (topic) => resolve(topic)));
    await plug.publishAsync('tele/other/SENSOR', 'forged', { qos: 1 });
    await plug.publishAsync('tele/plug/SENSOR', 'end', { qos: 1 });
    assert.deepEqual(await heard, ['tele/plug/SENSOR end']);
    await link.publish('cmnd/plug/POWER', 'ON');
    assert.equal(await command, 'cmnd/plug/POWER');
  });

  it('turns away whose password was taken back, once it has read its files again', async () => {
    await connect('A');
    await desk.handle({ kind: 'revoke', name: 'A' }, 'test');
    await writeFiles();
    await mosquitto!.reload();
    await assert.rejects(connect('A'));
    await connect('B');
  });

  it('shares the readings among the members of a group, each to one of them', async () => {
    const group = [await openLink('one', 'billing'), await openLink('two', 'billing')];
    const counts = [0, 0];
    const seen = new Set<string>();
    const all = withDeadline('forty readings', (resolve: (value: void) => void) => {
      for (const [index, link] of group.entries())
        link.listen('wk/+/reading', (_topic, payload) => {
          counts[index]! += 1;
          seen.add(payload.toString());
          if (seen.size === 40) resolve();
        });
    });
    // A subscription stands once a message that was sent after it has come back.
    for (const link of group) await link.publish('wk/none/command', 'x');
    const a = await connect('A');
    for (let number = 0; number < 40; number += 1)
      await a.publishAsync('wk/A/reading', String(number), { qos: 1 });
    await all;
    assert.equal(counts[0]! + counts[1]!, 40);
    assert.ok(
      counts.every((count) => count > 0),
      counts.join(' and '),
    );
  });

  it('refuses a group that would be more than one level of a topic', () => {
    for (const sharedGroup of ['a/b', '+', '#', 'a b'])
      assert.throws(
        () =>
          new ExternalBroker({ url: mosquitto!.url, ...HEAD_END, clientId: 'x', authority: '', sharedGroup }),
        /the group must be a word/,
      );
  });
});
