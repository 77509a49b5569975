// TLS with certificates that the command `wattkeeper certificates` makes.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { connectAsync, type MqttClient } from 'mqtt';
import { certificateFiles } from '../../../../nodes/lib/io/mqtt/tls-files';
import { Launched } from '../../../gateway/launched';
import { AttackedBroker, closed, connectPacket, within } from './attacked-broker';

describe('the embedded broker over TLS', function () {
  this.timeout(60_000);
  let broker: AttackedBroker;
  let files: ReturnType<typeof certificateFiles>;
  const clients: MqttClient[] = [];

  const makeCertificates = async (
    ...names: string[]
  ): Promise<{ code: number | null; out: string; err: string }> =>
    new Launched(['certificates', ...names], { env: { WATTKEEPER_DATA: broker.folder } }).ended();

  beforeEach(async () => {
    broker = new AttackedBroker();
    files = certificateFiles(broker.folder);
    const { code, out, err } = await makeCertificates('meters.example');
    assert.equal(code, 0, err);
    assert.match(out, /DNS:localhost, IP:127\.0\.0\.1.*DNS:meters\.example/);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.endAsync(true);
    await broker.close();
  });

  const open = async (): Promise<number> => {
    const { certificate, privateKey } = files;
    const link = await broker.open({
      host: '0.0.0.0',
      tls: { port: 0, certificate, privateKey },
      timing: { certificatesEveryMs: 20 },
    });
    assert.ok(link.tlsPort);
    return link.tlsPort;
  };
  const serialAt = async (port: number): Promise<string> => {
    const socket: TLSSocket = connectTls({ port, host: '127.0.0.1', ca: readFileSync(files.authority) });
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  };

  it('serves devices that trust its authority, and keeps the plain port to this machine', async () => {
    const port = await open();
    assert.match(broker.broker.url, /^mqtt:\/\/127\.0\.0\.1:/);
    const login = { username: 'A', password: broker.passwords['A']!, clientId: 'a', reconnectPeriod: 0 };
    const url = `mqtts://localhost:${port}`;
    await assert.rejects(connectAsync(url, login), /self-signed|unable to verify/);
    const client = await connectAsync(url, { ...login, ca: readFileSync(files.authority) });
    clients.push(client);
    await client.publishAsync('wk/A/reading', 'sealed', { qos: 1 });
    assert.deepEqual(broker.heard, ['wk/A/reading sealed']);
    await broker.refused('tls');
  });

  it('makes files that only their owner can read', () => {
    for (const file of Object.values({ ...files })) assert.equal(statSync(file).mode & 0o077, 0, file);
  });

  it('takes a renewed certificate without a restart; the authority and the names stay', async () => {
    const authority = readFileSync(files.authority, 'utf8');
    const port = await open();
    const first = await serialAt(port);
    const { out } = await makeCertificates();
    assert.match(out, /DNS:meters\.example/);
    const renewed = async (): Promise<void> => {
      while ((await serialAt(port)) === first);
    };
    await within(10_000, 'the new certificate', renewed());
    assert.equal(readFileSync(files.authority, 'utf8'), authority);
  });

  it('stays with the former certificate when the new one is damaged', async () => {
    const port = await open();
    const first = await serialAt(port);
    writeFileSync(files.certificate, 'no certificate');
    await broker.refused('tls');
    assert.equal(await serialAt(port), first);
  });

  it('says which file it lacks', async () => {
    const { certificate } = files;
    await assert.rejects(broker.open({ tls: { port: 0, certificate, privateKey: '/nowhere/broker.key' } }));
    assert.deepEqual(broker.broker.state, {
      kind: 'down',
      reason: 'the private key /nowhere/broker.key cannot be read',
    });
  });

  it('gives bytes that are no TLS nothing', async () => {
    const port = await open();
    const plain = connectSocket(port, '127.0.0.1');
    plain.on('error', () => undefined);
    plain.write(connectPacket('raw', 'A', broker.passwords['A']!));
    await closed(plain);
    await broker.refused('tls');
  });
});

describe('wattkeeper certificates', function () {
  this.timeout(60_000);

  it('refuses what is no host name, and says what it lacks', async () => {
    const broker = new AttackedBroker();
    const env = { WATTKEEPER_DATA: broker.folder };
    const bad = await new Launched(['certificates', 'no_name!'], { env }).ended();
    assert.equal(bad.code, 1);
    assert.match(bad.err, /^"no_name!" is neither a host name nor an address\.\n$/);
    const lacking = await new Launched(['certificates'], { env: { ...env, PATH: '/nowhere' } }).ended();
    assert.equal(lacking.code, 1);
    assert.match(lacking.err, /^The program openssl is needed/);
    await broker.close();
  });
});
