import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { compileFunction } from 'node:vm';
import { REPOSITORY } from '../gateway/launched';

const FOLDER = path.join(REPOSITORY, 'dashboard');

/** What a widget's script may hold: the dashboard passes over everything else without a word. */
type Options = Partial<Record<string, unknown>> & {
  data?: () => object;
  computed?: Record<string, () => unknown>;
  methods?: Record<string, (...values: never[]) => unknown>;
};

export const widgetFiles = (): string[] => readdirSync(FOLDER).filter((file) => file.endsWith('.vue'));
export const widgetText = (file: string): string => readFileSync(path.join(FOLDER, file), 'utf8');

/** The object that a widget's script exports, or null for a widget without a script. */
export function widgetOptions(file: string, surroundings: Record<string, unknown> = {}): Options | null {
  const script = /<script>([^]*)<\/script>/.exec(widgetText(file))?.[1]?.trim();
  if (script === undefined) return null;
  const expression = script.replace(/^export default/, '').replace(/;$/, '');
  const evaluate = compileFunction(`return (${expression});`, Object.keys(surroundings)) as (
    ...values: unknown[]
  ) => Options;
  return evaluate(...Object.values(surroundings));
}

/** A widget outside of any page: its data, computed values and methods on one object, as a template sees them. */
export function bareWidget(file: string, surroundings: Record<string, unknown> = {}): unknown {
  const { data, computed = {}, methods = {} } = widgetOptions(file, surroundings) ?? {};
  const widget: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(methods)) widget[name] = method.bind(widget as never);
  for (const [name, get] of Object.entries(computed)) Object.defineProperty(widget, name, { get });
  return Object.assign(widget, data?.call(widget));
}
