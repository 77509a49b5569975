// The node types of this package. package.json is the only list; everything else is derived from a type's name.
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** @param {string} root folder that holds package.json */
export function paletteOf(root) {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return Object.entries(manifest['node-red'].nodes).map(([name, output]) => {
    const expected = `dist/nodes/${name}/${name}.js`;
    if (output !== expected) throw new BuildError(`package.json: node ${name} must point at ${expected}`);
    const folder = path.join(root, 'nodes', name);
    return {
      name,
      runtime: path.join(folder, `${name}.ts`),
      editor: path.join(folder, `${name}.editor.ts`),
      form: path.join(folder, `${name}.form.html`),
      icon: path.join(folder, 'icons', `${name}.svg`),
      locales: path.join(folder, 'locales'),
      output: path.join(root, 'dist', 'nodes', name),
    };
  });
}

/** A mistake in the sources, told in one line; anything else that is thrown is a fault of the build itself. */
export class BuildError extends Error {}
