/** What a message asks of the simulator. */
export type SimulatorRequest =
  { kind: 'publish'; isOn: boolean } | { kind: 'load'; house: string; loadW: number };

/** As much as a strong domestic connection carries. */
const MAX_EXTRA_W = 20_000;

/** Reads the payload of a message. Throws an error that names the field and the value. */
export function parseSimulatorInput(payload: unknown): SimulatorRequest {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw new RangeError('payload must be {publish: true or false} or {house: "Mill Lane 3", loadW: 3000}');
  }
  const { publish, house, loadW } = payload as Record<string, unknown>;
  if (house === undefined) {
    if (typeof publish === 'boolean') return { kind: 'publish', isOn: publish };
    throw new RangeError(`payload.publish must be true or false, got ${show(publish)}`);
  }
  if (typeof house !== 'string')
    throw new RangeError(`payload.house must be the name of a house, got ${show(house)}`);
  if (typeof loadW === 'number' && loadW >= 0 && loadW <= MAX_EXTRA_W) {
    return { kind: 'load', house, loadW: Math.round(loadW) };
  }
  throw new RangeError(`payload.loadW must be a number from 0 to ${MAX_EXTRA_W}, got ${show(loadW)}`);
}

const show = (value: unknown): string =>
  typeof value === 'string' ? `"${value.slice(0, 80)}"` : String(value);
