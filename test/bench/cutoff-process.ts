// A process of meters: one after the other uses its credit up and waits for its OFF command, while others report.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { METERS, MeterRegisters } from './meter-registers';
import { connectPacket, ReadingPacket } from './publish-packet';
import { answerRequests } from './requests';

export interface CutWish {
  houses: readonly string[];
  /** Readings of other meters meanwhile. */
  perSecond: number;
}

const FIRST_WH = 100_000;
/** A kWh in a quarter of an hour: more than the credit, and not too much for a house. */
const EXHAUSTING_WH = 1_000;
const BEFORE_MS = 900_000;
const CONNECTS_WITHIN_MS = 10_000;
const CONNECT_RETRY_MS = 50;
const CUT_WITHIN_MS = 10_000;
/** The guard's timer has warned everybody by then. */
const WARNED_AFTER_MS = 11_000;
/** Cuts come at no fixed rhythm, so that they meet every moment of a commit. */
const LONGEST_PAUSE_MS = 40;
const TICK_MS = 5;
const MAX_PACKET_ID = 65_535;

let client: MqttClient | null = null;
let port = 0;
const waiting = new Map<string, () => void>();

function opened(): MqttClient {
  if (!client) throw new Error('the meters are not connected');
  return client;
}

async function open(wish: { port: number; houses: readonly string[] }): Promise<void> {
  port = wish.port;
  client = await connected();
  // A reading must not wait for the other side's word on what was sent before it.
  (client.stream as unknown as Socket).setNoDelay(true);
  client.on('message', (topic, payload) => {
    const { desired } = JSON.parse(payload.toString()) as { desired: string };
    const house = topic.split('/')[1] ?? '';
    if (desired === 'off') waiting.get(house)?.();
  });
  await client.subscribeAsync('wk/+/command', { qos: 1 });
  const atMs = Date.now() - BEFORE_MS;
  await Promise.all(wish.houses.map((house) => report(house, atMs, FIRST_WH)));
  await delay(WARNED_AFTER_MS);
}

/** The broker's process may not listen yet. */
async function connected(): Promise<MqttClient> {
  const giveUpAt = performance.now() + CONNECTS_WITHIN_MS;
  for (;;) {
    try {
      return await connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'poor-houses', reconnectPeriod: 0 });
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      await delay(CONNECT_RETRY_MS);
    }
  }
}

async function report(house: string, atMs: number, energyWh: number): Promise<void> {
  const reading = JSON.stringify({ meterId: house, atMs, energyWh });
  await opened().publishAsync(`wk/${house}/reading`, reading, { qos: 1 });
}

/** How long each house waited for its command, in milliseconds. */
async function cut({ houses, perSecond }: CutWish): Promise<number[]> {
  const stop = perSecond > 0 ? await reportBeside(perSecond) : (): void => undefined;
  const times: number[] = [];
  for (const house of houses) {
    await delay(Math.random() * LONGEST_PAUSE_MS);
    times.push(await cutOne(house));
  }
  stop();
  return times;
}

async function cutOne(house: string): Promise<number> {
  const command = new Promise<number>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${house} was not cut`)), CUT_WITHIN_MS);
    waiting.set(house, () => {
      clearTimeout(late);
      resolve(performance.now());
    });
  });
  const beganMs = performance.now();
  await report(house, Date.now(), FIRST_WH + EXHAUSTING_WH);
  const tookMs = (await command) - beganMs;
  waiting.delete(house);
  return tookMs;
}

/** Readings of the other meters at a steady rate. Returns the way to stop. */
async function reportBeside(perSecond: number): Promise<() => void> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  socket.write(connectPacket('rich-houses'));
  await once(socket, 'data');
  socket.resume();
  const registers = new MeterRegisters(METERS);
  const packet = ReadingPacket.ofMeter();
  const beganMs = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - beganMs) * perSecond) / 1_000);
    for (; sent < due; sent += 1) {
      const bytes = Buffer.allocUnsafe(packet.length);
      packet.write(bytes, 0, (sent % MAX_PACKET_ID) + 1, registers, sent % METERS);
      socket.write(bytes);
    }
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    socket.destroy();
  };
}

answerRequests({ open, cut });
