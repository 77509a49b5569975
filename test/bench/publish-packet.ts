import { METER_DIGITS, meterId, type MeterRegisters } from './meter-registers';

/** MQTT 3.1.1 §2.2.1: the packet type is the upper half of the first byte. */
const CONNECT = 0x10;
/** §3.3.1: PUBLISH with QoS 1. */
const PUBLISH_QOS_1 = 0x32;
const PACKET_ID_LENGTH = 2;
const TOPIC_END = '/reading';
const AT_MS_DIGITS = 13;
const ENERGY_WH_DIGITS = 9;
/** The id of every meter ends with its digits. */
const ANY_METER = meterId(0);

/** §3.1: protocol level 4, clean session, no keep-alive. */
export function connectPacket(clientId: string): Buffer {
  const header = Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0]);
  return packet(CONNECT, Buffer.concat([header, lengthPrefixed(clientId)]));
}

/** Where the changing digits of one reading stand in the payload. */
interface Slot {
  meterOffset: number;
  atMsOffset: number;
  energyWhOffset: number;
}

/**
 * A QoS 1 PUBLISH with one reading or a frame of them, encoded once for all meters of a connection. Only its packet id
 * and the digits of meter, time and register are written anew each time, so that a publisher costs next to nothing
 * beside the broker it loads, and nothing at all for each meter.
 */
export class ReadingPacket {
  readonly length: number;
  private readonly bytes: Buffer;
  private readonly payloadStart: number;

  private constructor(
    topic: string,
    json: string,
    private readonly slots: readonly Slot[],
    private readonly hasMeterInTopic: boolean,
  ) {
    const head = lengthPrefixed(topic);
    this.bytes = packet(
      PUBLISH_QOS_1,
      Buffer.concat([head, Buffer.alloc(PACKET_ID_LENGTH), Buffer.from(json)]),
    );
    this.length = this.bytes.length;
    this.payloadStart = this.length - json.length;
  }

  /** A reading that its meter sends by itself. */
  static ofMeter(): ReadingPacket {
    const { json, slot } = readingJson(0);
    return new ReadingPacket(`wk/${ANY_METER}${TOPIC_END}`, json, [slot], true);
  }

  /** Readings that a gateway sends together. */
  static ofGateway(gatewayId: string, readings: number): ReadingPacket {
    const slots: Slot[] = [];
    let frame = '[';
    for (let index = 0; index < readings; index += 1) {
      if (index > 0) frame += ',';
      const { json, slot } = readingJson(frame.length);
      frame += json;
      slots.push(slot);
    }
    return new ReadingPacket(`wk/${gatewayId}${TOPIC_END}`, `${frame}]`, slots, false);
  }

  /** Puts the packet at `offset` of `target`, with the next reading of a meter and of those behind it at this distance. */
  write(
    target: Buffer,
    offset: number,
    packetId: number,
    meters: MeterRegisters,
    firstMeter: number,
    distance = 1,
  ): void {
    this.bytes.copy(target, offset);
    const payload = offset + this.payloadStart;
    const packetIdOffset = payload - PACKET_ID_LENGTH;
    target.writeUInt16BE(packetId, packetIdOffset);
    if (this.hasMeterInTopic) {
      writeDigits(target, packetIdOffset - TOPIC_END.length - METER_DIGITS, firstMeter, METER_DIGITS);
    }
    let meter = firstMeter;
    for (const { meterOffset, atMsOffset, energyWhOffset } of this.slots) {
      const step = meters.next(meter);
      writeDigits(target, payload + meterOffset, meter, METER_DIGITS);
      writeDigits(target, payload + atMsOffset, meters.atMs(step), AT_MS_DIGITS);
      writeDigits(target, payload + energyWhOffset, meters.energyWh(step), ENERGY_WH_DIGITS);
      meter += distance;
    }
  }
}

/** A reading with zeros where its numbers belong, and their places when it begins at `start` of the payload. */
function readingJson(start: number): { json: string; slot: Slot } {
  let json = `{"meterId":"${ANY_METER}`;
  const meterOffset = start + json.length - METER_DIGITS;
  json += '","atMs":';
  const atMsOffset = start + json.length;
  json += `${'0'.repeat(AT_MS_DIGITS)},"energyWh":`;
  const energyWhOffset = start + json.length;
  json += `${'0'.repeat(ENERGY_WH_DIGITS)},"powerW":1200}`;
  return { json, slot: { meterOffset, atMsOffset, energyWhOffset } };
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
