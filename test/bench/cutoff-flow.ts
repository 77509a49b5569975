import { pathFlow } from './path-flow';

const GUARD_TYPE = 'balance-guard';
const SWITCH_ID = '00000000000000a6';

interface FlowNode {
  type: string;
  z?: string;
  site?: string;
}

/** The way of a reading, with a guard that cuts at any hour at once after its warning, and a relay behind it. */
export function cutoffFlow(database: string, mqttPort: number): object[] {
  const nodes = pathFlow(database, mqttPort) as FlowNode[];
  const guard = nodes.find(({ type }) => type === GUARD_TYPE);
  const broker = nodes.find(({ type }) => type === 'meter-broker') as { id?: string } | undefined;
  if (!guard || !broker) throw new Error('the way of a reading has no guard or no broker');
  const settings = {
    configVersion: 1,
    warnLeadMinutes: '0',
    maxCutsPerHour: '100000',
    cutFrom: '00:00',
    cutTo: '24:00',
    workdaysOnly: false,
    wires: [[], [SWITCH_ID], [], []],
  };
  const relaySwitch = {
    id: SWITCH_ID,
    type: 'relay-switch',
    z: guard.z,
    x: 700,
    y: 100,
    wires: [[], [], []],
    site: guard.site,
    broker: broker.id,
  };
  return [...nodes.map((node) => (node === guard ? { ...guard, ...settings } : node)), relaySwitch];
}
