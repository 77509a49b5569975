import { deviceNamedBy } from '../meter/shapes/device-message';
import { EntityRoutes } from '../meter/shapes/home-assistant';
import { decodePayload, deviceMessage, parseJson } from '../meter/shapes/payload-text';
import { SampleOffsets } from '../meter/shapes/raw-samples';
import type { ShapeContext } from '../meter/shapes/shape';
import { SHAPES } from '../meter/shapes/shape-table';
import { Speaker, type Binding } from '../meter/shapes/understood';
import type { SupplyState } from '../ledger/account';

/** What a message on a device's own topic says about a relay. */
export interface Heard {
  /** The device, or one of its channels. */
  device: string;
  reported: SupplyState | null;
  /** The device has just come back. */
  isBack: boolean;
}

const NEVER: Binding = () => false;

/** Hears what devices say of their relays, in all the ways in which meters speak. */
export class RelayEars {
  private readonly routes = new EntityRoutes();
  private readonly offsets = new SampleOffsets();
  private foreign = 0;

  /** How often a device spoke of the relay of another, or announced what it may not or what there is no room for. */
  get dropped(): number {
    return this.foreign + this.routes.dropped;
  }

  /**
   * Empty for a message that says nothing about relays. It never throws for what a device sent. `isBound` when the broker
   * lets a device write below its own name only: then it speaks of no other relay.
   */
  hear(topic: string, payload: unknown, nowMs: number, isBound: Binding = NEVER): Heard[] {
    const text = decodePayload(payload);
    const value = typeof text === 'string' ? parseJson(text) : text;
    const message = deviceMessage(topic, text, value, payload);
    const { routes, offsets } = this;
    const context: ShapeContext = { nowMs, settingsOf: () => ({}), routes, offsets, isBound };
    try {
      const shape = SHAPES.find((candidate) => candidate.recognises(message, context));
      const statements = shape?.read(message, context) ?? [];
      const heard = statements
        .map(({ meterId, reported, event }) => ({
          device: meterId,
          reported,
          isBack: event === 'online' || event === 'started',
        }))
        .filter(({ reported, isBack }) => reported !== null || isBack);
      return heard.length === 0
        ? heard
        : this.ofSpeaker(new Speaker(topic, deviceNamedBy(topic), isBound), heard);
    } catch {
      return [];
    }
  }

  private ofSpeaker(speaker: Speaker, heard: Heard[]): Heard[] {
    const own = heard.filter(({ device }) => speaker.refusalFor(device) === null);
    this.foreign += heard.length - own.length;
    return own;
  }
}
