// The editor side of a node type as it lies in the sources, for tests that ask what its parts promise each other.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../package/palette';

export type Validate = (this: object, value: unknown, options: object) => unknown;

interface Field {
  value?: unknown;
  type?: string;
  required?: boolean;
  validate?: Validate;
}

export interface Definition {
  category: string;
  color: string;
  icon: string;
  inputs?: number;
  outputs?: number;
  defaults: Record<string, Field>;
  credentials?: Record<string, Field>;
  inputLabels?: (this: object) => string;
  outputLabels?: (this: object, port: number) => string;
}

export interface Labels {
  [key: string]: string | Labels;
}

export interface EditorSources {
  type: string;
  /** All TypeScript of the node's folder, the editor file among it. */
  code: string;
  form: string;
  labels: Labels;
  help: string;
  icon: string;
  /** What the running node assumes for what is missing. */
  defaults: Record<string, unknown>;
  definition: Definition;
}

const registered = new Map<string, Definition>();

/** As much of an editor as registering and validating need: no config nodes, and no dialog open. */
const closedEditor = {
  RED: {
    nodes: {
      registerType: (type: string, definition: Definition) => registered.set(type, definition),
      node: () => null,
    },
  },
  $: () => ({ val: () => undefined }),
};

export async function editorSources(type: string): Promise<EditorSources> {
  const inFolder = (...parts: string[]): string => path.join(ROOT, 'nodes', type, ...parts);
  const read = (...parts: string[]): string => {
    const file = inFolder(...parts);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };
  Object.assign(globalThis, closedEditor);
  await import(inFolder(`${type}.editor.ts`));
  const config = (await import(inFolder(`${type}.config.ts`))) as { DEFAULTS: Record<string, unknown> };
  const definition = registered.get(type);
  if (!definition) throw new Error(`${type}.editor.ts registers no ${type}`);
  return {
    type,
    code: readdirSync(inFolder())
      .filter((file) => file.endsWith('.ts'))
      .map((file) => read(file))
      .join('\n'),
    form: read(`${type}.form.html`),
    labels: JSON.parse(read('locales', 'en-US', `${type}.json`)) as Labels,
    help: read('locales', 'en-US', `${type}.md`),
    icon: read('icons', `${type}.svg`),
    defaults: config.DEFAULTS,
    definition,
  };
}

/** Every text of a catalogue by its whole key. */
export function flatten(labels: Labels, prefix = ''): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(labels)) {
    if (typeof value === 'string') texts.set(prefix + key, value);
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) texts.set(inner, text);
  }
  return texts;
}
