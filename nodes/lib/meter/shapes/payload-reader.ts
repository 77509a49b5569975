import { RecentMap } from '../recent-map';
import { deviceNamedBy, type DeviceMessage } from './device-message';
import { MAX_FRAME_READINGS } from './frame-limit';
import { EntityRoutes } from './home-assistant';
import { MeterMemory, type MeterMemoryOptions } from './meter-memory';
import { isColumns, refusalOf, rowsOfColumns } from './own-json';
import { decodePayload, deviceMessage, parseJson } from './payload-text';
import { shapeOfProfile, type Profile, type ProfileShape } from './profile';
import { SampleOffsets } from './raw-samples';
import type { Shape, ShapeContext } from './shape';
import { SHAPES } from './shape-table';
import { isObject, type MeterReading, type Statement } from './statement';
import {
  Gathering,
  isOwn,
  OWN_SHAPE,
  Speaker,
  unreadable,
  understandOwn,
  type Binding,
  type Understood,
} from './understood';

export interface PayloadReaderOptions extends MeterMemoryOptions {
  /** Profiles of the operator. They come before everything that is built in. */
  profiles?: readonly Profile[];
}

/** Topics whose shape is remembered. Past it, those that were quiet for long are found out anew. */
const MAX_TOPICS = 100_000;
const COLUMNS_SHAPE = 'columns';
const NEVER: Binding = () => false;

/** Understands what meters send, whichever way they speak. It never throws for what a device sent. */
export class PayloadReader {
  /** What has to be completed, added up or counted; its state can be stored. */
  readonly memory: MeterMemory;
  private readonly shapes = new RecentMap<string, Shape>(MAX_TOPICS);
  private readonly counts = new Map<string, number>();
  private ownCount = 0;
  private readonly profiles: readonly ProfileShape[];
  private readonly routes = new EntityRoutes();
  private readonly offsets = new SampleOffsets();
  /** Of the message that is being read. */
  private isBound: Binding = NEVER;

  constructor(private readonly options: PayloadReaderOptions) {
    this.memory = new MeterMemory(options);
    this.profiles = (options.profiles ?? []).map(shapeOfProfile);
  }

  /** Messages by shape, so that a status can say what was found. */
  get seen(): ReadonlyMap<string, number> {
    return this.ownCount === 0 ? this.counts : new Map([[OWN_SHAPE, this.ownCount], ...this.counts]);
  }

  /** Announcements of Home Assistant's kind that found no room, or spoke of others. */
  get droppedAnnouncements(): number {
    return this.routes.dropped;
  }

  /** What was found on a topic; undefined before its first message, and for our own JSON. */
  shapeOf(topic: string): string | undefined {
    return this.shapes.get(topic)?.name;
  }

  /** `isBound` when the broker lets a device write below its own name only: then it speaks for no other meter. */
  read(topic: string, payload: unknown, nowMs: number, isBound: Binding = NEVER): Understood {
    const understood = this.tryToRead(topic, payload, nowMs, isBound);
    const { shape } = understood;
    if (shape === OWN_SHAPE) this.ownCount += 1;
    else this.counts.set(shape, (this.counts.get(shape) ?? 0) + 1);
    return understood;
  }

  private tryToRead(topic: string, payload: unknown, nowMs: number, isBound: Binding): Understood {
    try {
      const text = decodePayload(payload);
      const value = typeof text === 'string' ? parseJson(text) : text;
      const speaker = new Speaker(topic, deviceNamedBy(topic), isBound);
      if (isOwn(value) && (this.profiles.length === 0 || !this.isProfiled(topic))) {
        return understandOwn(value, speaker, nowMs);
      }
      const gathering = new Gathering(speaker, nowMs);
      this.isBound = isBound;
      this.readOther(gathering, deviceMessage(topic, text, value, payload));
      return gathering;
    } catch {
      return unreadable();
    }
  }

  private isProfiled(topic: string): boolean {
    return this.profiles.some(({ isTopic }) => isTopic(topic));
  }

  private readOther(gathering: Gathering, message: DeviceMessage): void {
    const context = this.contextAt(gathering.nowMs);
    const profile = this.profiles.find(({ shape }) => shape.recognises(message, context));
    if (profile) this.readShape(gathering, profile.shape, message);
    else if (Array.isArray(message.json)) this.readFrame(gathering, message, message.json);
    else if (isObject(message.json) && isColumns(message.json)) readColumns(gathering, message.json);
    else this.readItem(gathering, message);
  }

  private readFrame(gathering: Gathering, message: DeviceMessage, items: readonly unknown[]): void {
    gathering.isFrame = true;
    gathering.shape = OWN_SHAPE;
    if (items.length === 0 || items.length > MAX_FRAME_READINGS) {
      const reason = `must hold 1 to ${MAX_FRAME_READINGS} readings`;
      gathering.refuse(refusalOf('payload', items, reason), '');
      return;
    }
    for (const item of items) {
      if (isOwn(item)) gathering.takeOwn(item);
      else this.readItem(gathering, { ...message, json: item, text: '', payload: item });
    }
  }

  private readItem(gathering: Gathering, message: DeviceMessage): void {
    if (isOwn(message.json)) {
      gathering.shape = OWN_SHAPE;
      gathering.takeOwn(message.json);
      return;
    }
    const shape = isBrokenJson(message) ? undefined : this.detect(message, gathering.nowMs);
    if (shape) this.readShape(gathering, shape, message);
    else refuseUnknown(gathering, message);
  }

  /** Finds the shape once per topic; a device that begins to speak otherwise is found out again. */
  private detect(message: DeviceMessage, nowMs: number): Shape | undefined {
    const context = this.contextAt(nowMs);
    const known = this.shapes.get(message.topic);
    if (known?.recognises(message, context)) return known;
    const found = SHAPES.find((shape) => shape.recognises(message, context));
    if (found) this.shapes.set(message.topic, found);
    return found;
  }

  private readShape(gathering: Gathering, shape: Shape, message: DeviceMessage): void {
    gathering.shape = shape.name;
    const statements = shape.read(message, this.contextAt(gathering.nowMs));
    if (statements.length > 1) gathering.isFrame = true;
    if (statements.length === 0) gathering.note();
    for (const statement of statements) this.takeStatement(gathering, statement, shape, message.payload);
  }

  private takeStatement(gathering: Gathering, statement: Statement, shape: Shape, content: unknown): void {
    const { meterId } = statement;
    // Whose it is comes first, so that nobody fills the records of another with nonsense.
    const refusal = gathering.refusalFor(meterId) ?? statement.refusal;
    if (refusal) {
      gathering.refuse(refusal, content);
      return;
    }
    gathering.hearEvents(statement);
    if (statement.hasValues) this.takeValues(gathering, statement, shape, content);
    else if (!shape.isPartial && statement.isEmpty) {
      gathering.refuse(refusalOf('energyWh', undefined, 'is not in the message', meterId), content);
    } else gathering.note();
  }

  private takeValues(gathering: Gathering, statement: Statement, shape: Shape, content: unknown): void {
    const isWhole = !shape.isPartial && !this.memory.has(statement.meterId);
    const whole = isWhole ? wholeReading(statement, gathering.nowMs) : null;
    if (whole) {
      gathering.take(whole);
      return;
    }
    const completed = this.memory.complete(statement, gathering.nowMs);
    if (completed.kind === 'reading') gathering.take(completed.reading);
    else if (completed.kind === 'refused') gathering.refuse(completed.refusal, content);
    else gathering.note(completed.live);
  }

  private contextAt(nowMs: number): ShapeContext {
    const { routes, offsets, isBound } = this;
    return { nowMs, settingsOf: this.options.settingsOf, routes, offsets, isBound };
  }
}

function readColumns(gathering: Gathering, source: Record<string, unknown>): void {
  gathering.isFrame = true;
  gathering.shape = COLUMNS_SHAPE;
  const rows = rowsOfColumns(source, MAX_FRAME_READINGS);
  if (Array.isArray(rows)) for (const row of rows) gathering.takeOwn(row);
  else gathering.refuse(rows, '');
}

/** Half a message is worse than none, whoever sent it: what is missing would count as not said. */
function isBrokenJson({ text }: DeviceMessage): boolean {
  return text.startsWith('{') || text.startsWith('[');
}

function refuseUnknown(gathering: Gathering, message: DeviceMessage): void {
  const { text, json, payload } = message;
  const isText = typeof payload === 'string' || payload instanceof Uint8Array;
  const reason = isBrokenJson(message)
    ? 'must be JSON'
    : 'is in no form that is known: name the fields, or add a profile';
  gathering.refuse(refusalOf('payload', json ?? (isText ? text : payload), reason), payload);
}

/**
 * A statement with the register itself, so that nothing has to be remembered for a million meters. A register that is
 * the sum of tariffs is remembered, because a message may hold only one of them.
 */
function wholeReading(statement: Statement, nowMs: number): MeterReading | null {
  const { meterId, atMs, values, phases, tariffWh, flags } = statement;
  const { energyWh } = values;
  if (energyWh === undefined) return null;
  const reading: MeterReading = { ...values, meterId, atMs: atMs ?? nowMs, energyWh };
  if (phases) reading.phases = phases;
  if (tariffWh) reading.tariffWh = tariffWh;
  if (flags) reading.flags = flags;
  return reading;
}
