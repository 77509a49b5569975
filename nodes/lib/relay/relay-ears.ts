import { EntityRoutes } from '../meter/shapes/home-assistant';
import { decodePayload, deviceMessage, parseJson } from '../meter/shapes/payload-text';
import { SampleOffsets } from '../meter/shapes/raw-samples';
import type { ShapeContext } from '../meter/shapes/shape';
import { SHAPES } from '../meter/shapes/shape-table';
import type { SupplyState } from '../ledger/account';

/** What a message on a device's own topic says about a relay. */
export interface Heard {
  /** The device, or one of its channels. */
  device: string;
  reported: SupplyState | null;
  /** The device has just come back. */
  isBack: boolean;
}

/** Hears what devices say of their relays, in all the ways in which meters speak. */
export class RelayEars {
  private readonly routes = new EntityRoutes();
  private readonly offsets = new SampleOffsets();

  /** Empty for a message that says nothing about relays. It never throws for what a device sent. */
  hear(topic: string, payload: unknown, nowMs: number): Heard[] {
    const text = decodePayload(payload);
    const value = typeof text === 'string' ? parseJson(text) : text;
    const message = deviceMessage(topic, text, value, payload);
    const { routes, offsets } = this;
    const context: ShapeContext = { nowMs, settingsOf: () => ({}), routes, offsets };
    try {
      const shape = SHAPES.find((candidate) => candidate.recognises(message, context));
      const statements = shape?.read(message, context) ?? [];
      return statements
        .map(({ meterId, reported, event }) => ({
          device: meterId,
          reported,
          isBack: event === 'online' || event === 'started',
        }))
        .filter(({ reported, isBack }) => reported !== null || isBack);
    } catch {
      return [];
    }
  }
}
