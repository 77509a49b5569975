/** A node as it stands in a flow file. */
export interface FlowNode {
  id: string;
  type: string;
  /** The tab it is on; config nodes have none. */
  z?: string;
  /** Disabled. */
  d?: boolean;
  disabled?: boolean;
  [property: string]: unknown;
}

/** What the launcher wants to know of a flow. */
export interface FlowFacts {
  /** Where the dashboard is, or null when the flow has none. */
  dashboardPath: string | null;
  /** How many times faster than real time the site's clock runs. */
  clockRate: number;
  /** Whether some node takes its port from the settings, so that the port has to be free. */
  usesMqttPort: boolean;
}

export function factsOf(flow: readonly FlowNode[], mqttPortName: string): FlowFacts {
  const hidden = new Set(flow.filter(({ type, disabled }) => type === 'tab' && disabled).map(({ id }) => id));
  const active = flow.filter(({ d, z }) => d !== true && !(z !== undefined && hidden.has(z)));
  const dashboard = active.find(({ type }) => type === 'ui-base')?.path;
  const rates = active.filter(({ type }) => type === 'prepaid-site').map(rateOf);
  return {
    dashboardPath: typeof dashboard === 'string' ? dashboard : null,
    clockRate: Math.max(1, ...rates),
    usesMqttPort: active.some((node) => Object.values(node).includes(`\${${mqttPortName}}`)),
  };
}

/** Where the flow's own broker listens. A node that names no address listens on this machine only. */
export function brokerHostOf(flow: readonly FlowNode[]): string {
  const host = flow.find(({ type }) => type === 'meter-broker')?.host;
  return typeof host === 'string' && host !== '' && !host.includes('$') ? host : '127.0.0.1';
}

function rateOf(site: FlowNode): number {
  const rate = Number(site.clockRate);
  return Number.isFinite(rate) ? rate : 1;
}

/** Reads a flow file as far as the launcher needs it; Node-RED itself tells what is wrong with one. */
export function parseFlow(text: string | null): FlowNode[] {
  if (text === null) return [];
  try {
    const flow: unknown = JSON.parse(text);
    return Array.isArray(flow) ? (flow as FlowNode[]) : [];
  } catch {
    return [];
  }
}
