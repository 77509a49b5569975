import { announced } from './announced';
import { esphome } from './esphome';
import { csvLines, keyValues } from './listed-values';
import { namedJson, obisJson } from './named-json';
import { p1Telegram } from './p1-telegram';
import { rawSamples } from './raw-samples';
import type { Shape } from './shape';
import { shellyGen1 } from './shelly-gen1';
import { shellyGen2 } from './shelly-gen2';
import { tasmota } from './tasmota';
import { textMeter } from './text-meter';
import { zigbee2mqtt } from './zigbee2mqtt';

/**
 * Every way of speaking that is understood without configuration, in the order in which it is tried: first what the
 * topic gives away, then what the payload does, the least particular last.
 */
export const SHAPES: readonly Shape[] = [
  tasmota,
  shellyGen1,
  shellyGen2,
  esphome,
  announced,
  p1Telegram,
  textMeter,
  rawSamples,
  obisJson,
  zigbee2mqtt,
  namedJson,
  keyValues,
  csvLines,
];
