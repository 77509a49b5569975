import { TEXT_COMMANDS } from './text-meter';

/** A message that makes a device report. */
export interface SamplingCommand {
  topic: string;
  payload: string;
}

interface Sampling {
  /** Asks for a reading at once. */
  readNow: (levels: readonly string[]) => SamplingCommand | null;
  /** Sets how often the device reports by itself; absent where the dialect has no such command. */
  reportEvery?: (levels: readonly string[], seconds: number) => SamplingCommand | null;
}

/** Tasmota's own limits for TelePeriod; below 10 it would be switched off or set back to the default. */
const MIN_TELE_PERIOD_S = 10;
const MAX_TELE_PERIOD_S = 3600;

const tasmotaTopic = (levels: readonly string[], command: string): string =>
  [
    ...levels.slice(0, -1).map((level) => (level === 'tele' || level === 'stat' ? 'cmnd' : level)),
    command,
  ].join('/');

/** By the name of a shape, in the topics that the device was heard on. */
const SAMPLING: Readonly<Record<string, Sampling>> = {
  Tasmota: {
    readNow: (levels) => ({ topic: tasmotaTopic(levels, 'STATUS'), payload: '8' }),
    reportEvery: (levels, seconds) => {
      const period = Math.round(Math.min(MAX_TELE_PERIOD_S, Math.max(MIN_TELE_PERIOD_S, seconds)));
      return { topic: tasmotaTopic(levels, 'TelePeriod'), payload: String(period) };
    },
  },
  'Shelly Gen1': {
    readNow: ([root, device]) => ({ topic: `${root ?? ''}/${device ?? ''}/command`, payload: 'update' }),
  },
  'Shelly Gen2': {
    readNow: (levels) => {
      const end = levels.findIndex((level) => level === 'status' || level === 'events' || level === 'online');
      return end < 1
        ? null
        : { topic: `${levels.slice(0, end).join('/')}/command`, payload: 'status_update' };
    },
  },
  Zigbee2MQTT: {
    readNow: (levels) => ({ topic: `${levels.join('/')}/get`, payload: '{"energy":"","power":""}' }),
  },
  'text meter': {
    readNow: (levels) => ({ topic: levels.join('/'), payload: TEXT_COMMANDS.readNow }),
  },
};

function samplingOf(shape: string): Sampling | undefined {
  return Object.hasOwn(SAMPLING, shape) ? SAMPLING[shape] : undefined;
}

/** The command for a reading at once, to the device that was heard on this topic; null when its dialect has none. */
export function readNow(shape: string, topic: string): SamplingCommand | null {
  return samplingOf(shape)?.readNow(topic.split('/')) ?? null;
}

/** The command to report in this interval; null when the dialect has none. */
export function reportEvery(shape: string, topic: string, seconds: number): SamplingCommand | null {
  return samplingOf(shape)?.reportEvery?.(topic.split('/'), seconds) ?? null;
}
