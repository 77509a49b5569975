import type { DeviceMessage } from './device-message';
import type { EntityRoutes } from './home-assistant';
import type { MeterSettings } from './meter-settings';
import type { Statement } from './statement';
import type { SampleOffsets } from './raw-samples';
import type { Binding } from './understood';

/** What a shape may ask for beyond the message itself. */
export interface ShapeContext {
  nowMs: number;
  settingsOf: (meterId: string) => MeterSettings;
  /** What Home Assistant's discovery messages have said about topics. */
  routes: EntityRoutes;
  /** Where the zero line of a meter's raw samples was found last. */
  offsets: SampleOffsets;
  /** Whether a device may speak for itself only. Without it, no device is held to that. */
  isBound?: Binding;
}

/** One way in which meters speak. */
export interface Shape {
  /** Shown in the node's status. */
  name: string;
  /** Whether its messages only say what changed, or one field each, so that what was said before completes them. */
  isPartial: boolean;
  recognises(message: DeviceMessage, context: ShapeContext): boolean;
  /** One statement for each meter that the message is about; none when it says nothing about meters. */
  read(message: DeviceMessage, context: ShapeContext): Statement[];
}
