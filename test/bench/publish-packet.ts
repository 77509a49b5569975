import { meterId, type MeterRegisters } from './meter-registers';

/** MQTT 3.1.1 §2.2.1: the packet type is the upper half of the first byte. */
const CONNECT = 0x10;
/** §3.3.1: PUBLISH with QoS 1. */
const PUBLISH_QOS_1 = 0x32;
const AT_MS_DIGITS = 13;
const ENERGY_WH_DIGITS = 9;

/** §3.1: protocol level 4, clean session, no keep-alive. */
export function connectPacket(clientId: string): Buffer {
  const header = Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0]);
  return packet(CONNECT, Buffer.concat([header, lengthPrefixed(clientId)]));
}

/** Where the changing numbers of one reading stand in a packet. */
interface Slot {
  meter: number;
  atMsOffset: number;
  energyWhOffset: number;
}

/**
 * A QoS 1 PUBLISH with one reading or a frame of them, encoded once. Only its packet id and the digits of time and
 * register are written anew each time, so that a publisher costs next to nothing beside the broker it loads.
 */
export class ReadingPacket {
  readonly length: number;
  readonly readings: number;
  private readonly bytes: Buffer;
  private readonly packetIdOffset: number;
  private readonly slots: Slot[];

  constructor(topic: string, meters: readonly number[], asFrame: boolean) {
    const slots: Slot[] = [];
    let json = asFrame ? '[' : '';
    for (const meter of meters) {
      if (slots.length > 0) json += ',';
      json += `{"meterId":"${meterId(meter)}","atMs":`;
      const atMsOffset = json.length;
      json += `${'0'.repeat(AT_MS_DIGITS)},"energyWh":`;
      slots.push({ meter, atMsOffset, energyWhOffset: json.length });
      json += `${'0'.repeat(ENERGY_WH_DIGITS)},"powerW":1200}`;
    }
    if (asFrame) json += ']';
    const head = lengthPrefixed(topic);
    this.bytes = packet(PUBLISH_QOS_1, Buffer.concat([head, Buffer.alloc(2), Buffer.from(json)]));
    const payloadStart = this.bytes.length - json.length;
    this.packetIdOffset = payloadStart - 2;
    this.slots = slots.map(({ meter, atMsOffset, energyWhOffset }) => ({
      meter,
      atMsOffset: payloadStart + atMsOffset,
      energyWhOffset: payloadStart + energyWhOffset,
    }));
    this.length = this.bytes.length;
    this.readings = meters.length;
  }

  /** Puts the packet at `offset` of `target`, with the next reading of each of its meters. */
  write(target: Buffer, offset: number, packetId: number, meters: MeterRegisters): void {
    this.bytes.copy(target, offset);
    target.writeUInt16BE(packetId, offset + this.packetIdOffset);
    for (const { meter, atMsOffset, energyWhOffset } of this.slots) {
      const step = meters.next(meter);
      writeDigits(target, offset + atMsOffset, meters.atMs(step), AT_MS_DIGITS);
      writeDigits(target, offset + energyWhOffset, meters.energyWh(step), ENERGY_WH_DIGITS);
    }
  }
}

function packet(firstByte: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([firstByte, ...remainingLength(body.length)]), body]);
}

/** §2.2.3: seven bits a byte, the lowest first. */
function remainingLength(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}

/** §1.5.3 */
function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function writeDigits(target: Buffer, offset: number, value: number, width: number): void {
  let rest = value;
  for (let position = offset + width - 1; position >= offset; position -= 1) {
    const higher = Math.floor(rest / 10);
    target[position] = 48 + rest - higher * 10;
    rest = higher;
  }
}
