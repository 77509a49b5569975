// A broker with two devices that have passwords, an honest one among them, and strangers on bare sockets.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectSocket, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { parseBrokerLimits } from '../../../../nodes/lib/devices/broker-limits';
import type { RefusalKind, RefusalReport } from '../../../../nodes/lib/devices/refusal-log';
import { DeviceDesk } from '../../../../nodes/lib/io/mqtt/device-desk';
import { EmbeddedBroker, type EmbeddedBrokerOptions } from '../../../../nodes/lib/io/mqtt/embedded-broker';
import { DEFAULTS } from '../../../../nodes/meter-broker/meter-broker.config';

/** Nobody honest may have to wait longer because of somebody else. */
const SERVED_WITHIN_MS = 1_000;
const DEADLINE_MS = 5_000;

export class AttackedBroker {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'wattkeeper-broker-'));
  readonly notices: RefusalReport[] = [];
  /** Topic and payload of everything that the flow would get. */
  readonly heard: string[] = [];
  readonly desk = new DeviceDesk(path.join(this.folder, 'devices.json'), () => this.nowMs);
  /** What the passwords' clock says. */
  nowMs = 1_000_000;
  readonly passwords: Record<string, string> = {};
  private readonly clients: MqttClient[] = [];
  private readonly sockets: Socket[] = [];
  private opened: EmbeddedBroker | null = null;
  private served = 0;

  async open(options: Partial<EmbeddedBrokerOptions> = {}): Promise<EmbeddedBroker> {
    for (const name of ['A', 'B', 'honest']) await this.add(name);
    const broker = new EmbeddedBroker({
      host: '127.0.0.1',
      port: 0,
      password: '',
      isOpen: false,
      access: 'each',
      desk: this.desk,
      limits: parseBrokerLimits(DEFAULTS),
      onNotice: (notice) => this.notices.push(notice),
      ...options,
    });
    this.opened = broker;
    await broker.start();
    assert.equal(broker.state.kind, 'up');
    broker.listen('wk/+/reading', (topic, payload, answer) => {
      if (payload.length < 100) this.heard.push(`${topic} ${payload.toString()}`);
      answer?.(null);
    });
    return broker;
  }

  get broker(): EmbeddedBroker {
    assert.ok(this.opened);
    return this.opened;
  }

  async add(name: string, dialect = 'own'): Promise<void> {
    this.passwords[name] =
      (await this.desk.handle({ kind: 'add', name, dialect: dialect as 'own' }, 'test')) ?? '';
  }

  async connect(name: string, extra: IClientOptions = {}): Promise<MqttClient> {
    const client = await connectAsync(this.broker.url, {
      clientId: `client-${name}`,
      username: name,
      password: this.passwords[name] ?? '',
      reconnectPeriod: 0,
      ...extra,
    });
    this.clients.push(client);
    client.on('error', () => undefined);
    return client;
  }

  async isRefused(name: string, extra: IClientOptions = {}): Promise<boolean> {
    return this.connect(name, extra).then(
      () => false,
      () => true,
    );
  }

  /** A stranger who speaks no MQTT, or bad MQTT; from an address of its own if wanted. */
  async stranger(localAddress = '127.0.0.1'): Promise<Socket> {
    const socket = connectSocket({ port: this.broker.port, host: '127.0.0.1', localAddress });
    this.sockets.push(socket);
    socket.on('error', () => undefined);
    await new Promise<void>((resolve) => {
      socket.once('connect', resolve);
      socket.once('close', () => resolve());
    });
    return socket;
  }

  /** Publishes as a device that does nothing wrong, and fails when that takes too long. */
  async serves(honest: MqttClient): Promise<void> {
    const payload = `still served ${(this.served += 1)}`;
    const startMs = performance.now();
    await within(
      SERVED_WITHIN_MS,
      'an acknowledgement',
      honest.publishAsync('wk/honest/reading', payload, { qos: 1 }),
    );
    assert.ok(performance.now() - startMs < SERVED_WITHIN_MS);
    assert.equal(this.heard.at(-1), `wk/honest/reading ${payload}`);
  }

  /** Resolves when this kind of thing has been refused so often. */
  async refused(kind: RefusalKind, times = 1): Promise<void> {
    const enough = async (): Promise<void> => {
      while ((this.broker.refusals[kind] ?? 0) < times) await new Promise((resolve) => setImmediate(resolve));
    };
    await within(DEADLINE_MS, `${times} refusals of kind ${kind}`, enough());
    const told = this.notices.filter((notice) => notice.kind === kind);
    assert.equal(told.length, 1, 'one line in the log, however often it happens');
    assert.ok(told[0]!.detail.length <= 121);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    for (const client of this.clients) await client.endAsync(true);
    await this.opened?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function closed(connection: Socket | MqttClient): Promise<void> {
  const isOver = 'destroyed' in connection ? connection.destroyed : !connection.connected;
  if (isOver) return Promise.resolve();
  // A socket that nobody reads from never learns of its end.
  if ('destroyed' in connection) connection.resume();
  const over = new Promise<void>((resolve) => connection.once('close' as 'end', () => resolve()));
  return within(DEADLINE_MS, 'the connection to close', over);
}

export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const late = new AbortController();
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_, reject) => {
        const timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms);
        late.signal.addEventListener('abort', () => clearTimeout(timer));
      }),
    ]);
  } finally {
    late.abort();
  }
}

/** A CONNECT of MQTT 3.1.1 §3.1 as bytes. */
export function connectPacket(clientId: string, username: string, password: string): Buffer {
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(value);
    return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
  };
  const body = Buffer.concat([
    text('MQTT'),
    Buffer.from([4, 0b1100_0010, 0, 60]),
    text(clientId),
    text(username),
    text(password),
  ]);
  assert.ok(body.length < 128);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

/** A SUBSCRIBE of MQTT 3.1.1 §3.8 to one filter with QoS 1. */
export function subscribePacket(filter: string): Buffer {
  const name = Buffer.from(filter);
  const body = Buffer.concat([Buffer.from([0, 1, 0, name.length]), name, Buffer.from([1])]);
  return Buffer.concat([Buffer.from([0x82, body.length]), body]);
}
