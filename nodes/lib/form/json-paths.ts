/** More are no help to anybody who picks from a list. */
const MAX_PATHS = 200;
const MAX_DEPTH = 8;
const PLAIN = /^[A-Za-z_][\w-]*$/;

/** The paths to all single values of a JSON value, as a profile writes them. */
export function pathsIn(value: unknown): string[] {
  const paths: string[] = [];
  collect(value, '', 0, paths, (item) => typeof item !== 'object' || item === null);
  return paths;
}

/** The paths to all lists of a JSON value that hold objects or lists. */
export function listPathsIn(value: unknown): string[] {
  const paths: string[] = [];
  collect(value, '', 0, paths, (item) => Array.isArray(item) && typeof item[0] === 'object');
  return paths.filter((path) => path !== '');
}

function collect(
  value: unknown,
  path: string,
  depth: number,
  paths: string[],
  isWanted: (value: unknown) => boolean,
): void {
  if (paths.length >= MAX_PATHS) return;
  if (isWanted(value)) paths.push(path);
  if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      collect(item, `${path}[${index}]`, depth + 1, paths, isWanted);
    return;
  }
  for (const [name, item] of Object.entries(value))
    collect(item, step(path, name), depth + 1, paths, isWanted);
}

function step(path: string, name: string): string {
  if (PLAIN.test(name)) return path === '' ? name : `${path}.${name}`;
  return name.includes('"') ? `${path}['${name}']` : `${path}["${name}"]`;
}
