import type { Node, NodeAPI, NodeDef } from 'node-red';
import { parseDeviceRequest } from '../lib/devices/device-request';
import { deviceOverview } from '../lib/io/mqtt/device-overview';
import type { LinkState } from '../lib/meter/meter-link';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { migrateConfig } from '../lib/red/config-migration';
import { requireDevices } from '../lib/red/device-access';
import { onClose } from '../lib/red/on-close';
import { onInput } from '../lib/red/on-input';
import { readyOrFault } from '../lib/red/ready-or-fault';
import { StatusLine } from '../lib/red/status';
import { DEFAULTS, MIGRATIONS, type MeterDevicesConfig } from './meter-devices.config';

export = function register(RED: NodeAPI): void {
  function MeterDevices(this: Node, definition: NodeDef): void {
    RED.nodes.createNode(this, definition);
    const status = new StatusLine(this);
    const undo: (() => void)[] = [() => status.close()];
    const ready = readyOrFault(
      this,
      () => {
        const { broker } = migrateConfig<MeterDevicesConfig>(definition, MIGRATIONS, DEFAULTS);
        const found = requireDevices(RED, broker);
        const show = (state: LinkState): void => showState(RED, status, state);
        undo.push(found.link.onState(show));
        show(found.link.state);
        return found;
      },
      () => status.show('broken', () => RED._('meter-devices.status.not-ready')),
    );

    onInput<PrepaidMessage>(this, async (message) => {
      const { desk, link } = ready();
      const { payload } = message;
      if (asks(payload)) return { ...message, payload: deviceOverview(desk, link) };
      const request = parseDeviceRequest(deviceOf(payload));
      const by = typeof message['by'] === 'string' ? message['by'] : 'flow';
      const password = await desk.handle(request, by);
      const done = { device: request.name, did: request.kind };
      return { ...message, payload: password === null ? done : { ...done, password } };
    });

    onClose(this, () => {
      for (const step of undo) step();
    });
  }
  RED.nodes.registerType('meter-devices', MeterDevices);
};

function showState(RED: NodeAPI, status: StatusLine, state: LinkState): void {
  if (state.kind === 'down') status.show('broken', () => state.reason);
  else if (state.kind === 'connecting')
    status.show('waiting', () => RED._('meter-devices.status.connecting'));
  else {
    const { devices } = state;
    status.show('well', () => RED._('meter-devices.status.connected', { devices }));
  }
}

function asks(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && 'ask' in payload && payload.ask === 'devices';
}

function deviceOf(payload: unknown): unknown {
  return typeof payload === 'object' && payload !== null && 'device' in payload ? payload.device : null;
}
