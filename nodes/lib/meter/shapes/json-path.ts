import { isObject } from './statement';

/** Steps into a JSON value: the name of a field or the place in a list. */
export type JsonPath = readonly (string | number)[];

const MAX_LENGTH = 200;
const MAX_STEPS = 16;
/** `.name`, `name`, `[0]`, `["any name"]` or `['any name']`. */
const STEP = /\.?([A-Za-z_][\w-]*|\d+(?=[.[]|$))|\[(\d{1,4})\]|\["([^"]+)"\]|\['([^']+)'\]/y;

/** Reads a path such as `data.energy[0]["1-0:1.8.0"]`, with or without `$.` before it; null when it is none. */
export function parseJsonPath(text: string): JsonPath | null {
  if (text.length > MAX_LENGTH) return null;
  const source = text.replace(/^\$\.?/, '');
  const steps: (string | number)[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < source.length) {
    const isStart = STEP.lastIndex === 0;
    const found = STEP.exec(source);
    if (!found || steps.length >= MAX_STEPS) return null;
    const [whole, name, index, double, single] = found;
    const isNamed = name !== undefined;
    if (isNamed && !isStart !== whole.startsWith('.')) return null;
    steps.push(index === undefined ? (name ?? double ?? single ?? '') : Number(index));
  }
  return steps;
}

/** The value at a path, or undefined. Only what the JSON itself holds is seen, never what every object inherits. */
export function valueAt(root: unknown, path: JsonPath): unknown {
  let value = root;
  for (const step of path) {
    if (Array.isArray(value)) value = value[Number(step)] as unknown;
    else if (isObject(value) && Object.hasOwn(value, step)) value = value[step];
    else return undefined;
  }
  return value;
}
