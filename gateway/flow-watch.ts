import type { EventEmitter } from 'node:events';
import { factsOf, type FlowFacts, type FlowNode } from './running-flow';
import { MQTT_PORT } from './settings';
import type { FlowState } from './welcome';

interface StartedEvent {
  config: { flows?: FlowNode[] } | null;
}

interface RuntimeEvent {
  id: string;
  payload?: { error?: string; types?: string[] };
}

/** A flow that takes longer has a node that waits for something. */
const SETTLES_WITHIN_MS = 15_000;

/** Follows which flow runs, from the first start through every deployment. */
export class FlowWatch {
  facts: FlowFacts;
  private settle: (state: FlowState) => void = () => undefined;
  private readonly whenSettled: Promise<FlowState>;

  /** Listens at once, since Node-RED starts flows on its own and may be done before anybody asks. */
  constructor(events: EventEmitter, stored: FlowNode[]) {
    this.facts = factsOf(stored, MQTT_PORT.name);
    this.whenSettled = new Promise((resolve) => (this.settle = resolve));
    events.on('flows:started', ({ config }: StartedEvent) => {
      this.facts = factsOf(config?.flows ?? [], MQTT_PORT.name);
      this.settle({ kind: 'running' });
    });
    events.on('runtime-event', ({ id, payload }: RuntimeEvent) => {
      if (id !== 'runtime-state' || payload?.error === undefined) return;
      if (payload.error === 'missing-types')
        this.settle({ kind: 'missing types', types: payload.types ?? [] });
    });
  }

  async settled(): Promise<FlowState> {
    const late = setTimeout(() => this.settle({ kind: 'late' }), SETTLES_WITHIN_MS);
    const state = await this.whenSettled;
    clearTimeout(late);
    return state;
  }
}
