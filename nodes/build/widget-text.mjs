// A widget's text in its two forms. dashboard/ keeps it with imports of the methods that it shares with other widgets;
// a flow has them written out between two marks, since the dashboard takes a script's members one by one and loads
// nothing. From one form to the other and back nothing changes. Pure: no files.
import { createHash } from 'node:crypto';
import { BuildError } from './palette.mjs';

const SCRIPT = '<script>\n';
const IMPORTS = /(?<=<script>\n)(?:import .*\n)+\n/;
const IMPORT = /^import (\w+) from '\.\/\1\.js';$/;
const ANY_IMPORT = /^\s*import\b.*/m;
/** What a shared file holds beside comments: one object, indented as prettier does. */
const SHARED = /^export default \{\n((?:(?: {2}.*)?\n)+)\};\n$/m;
const WRITTEN_OUT = /^( *)\/\/ >>> (\w+)\.js (\w+):.*\n([^]*?)^ *\/\/ <<< \2\.js\n/gm;
const ANY_MARK = /^ *\/\/ (?:>>>|<<<) (\w+)\.js/m;

/** @typedef {(word: string) => string | null} SharedText the text of dashboard/<word>.js, or null when there is none */

/**
 * As a flow has it.
 * @param {string} name of the widget, for what is said about it
 * @param {string} text as it lies in dashboard/
 * @param {SharedText} sharedText
 */
export function writtenOut(name, text, sharedText) {
  const imports = IMPORTS.exec(text)?.[0].trim().split('\n') ?? [];
  const words = imports.map((line) => {
    const word = IMPORT.exec(line)?.[1];
    if (word === undefined) throw new BuildError(`${name}: a widget imports "x from './x.js'", got ${line}`);
    return word;
  });
  const whole = words.reduce(
    (before, word) => withMembers(name, before, word, sharedText),
    text.replace(IMPORTS, ''),
  );
  const strange = ANY_IMPORT.exec(scriptOf(whole))?.[0].trim();
  if (strange !== undefined)
    throw new BuildError(`${name}: imports stand first in the script, then an empty line, got "${strange}"`);
  if (asKept(name, whole, sharedText) !== text)
    throw new BuildError(`${name}: the imports must stand in the order in which they are spread`);
  return whole;
}

/**
 * As dashboard/ keeps it. What somebody has changed between the marks belongs to other widgets as well, so it is not
 * dropped but refused, unless the shared file says the same by now.
 * @param {string} name of the widget, for what is said about it
 * @param {string} text as a flow has it
 * @param {SharedText} sharedText
 */
export function asKept(name, text, sharedText) {
  const words = [];
  const kept = text.replaceAll(WRITTEN_OUT, (_all, indent, word, mark, lines) => {
    const members = lines.replaceAll(new RegExp(`^${indent}`, 'gm'), '  ');
    const now = sharedText(word);
    const isOurs = markOf(members) === mark || (now !== null && membersOf(word, now) === members);
    if (!isOurs)
      throw new BuildError(
        `${name}: what it has from dashboard/${word}.js was changed in the editor; ` +
          `make the change in that file, for all widgets that share it, and save again`,
      );
    words.push(word);
    return `${indent}...${word},\n`;
  });
  const torn = ANY_MARK.exec(kept)?.[1];
  if (torn !== undefined)
    throw new BuildError(
      `${name}: a line with ">>> ${torn}.js" or "<<< ${torn}.js" was removed in the editor; put it back and save again`,
    );
  if (words.length === 0) return kept;
  if (!kept.includes(SCRIPT))
    throw new BuildError(
      `${name}: the line "<script>" was changed in the editor; put it back and save again`,
    );
  const imports = words.map((word) => `import ${word} from './${word}.js';\n`).join('');
  return kept.replace(SCRIPT, () => `${SCRIPT}${imports}\n`);
}

function withMembers(name, text, word, sharedText) {
  const shared = sharedText(word);
  if (shared === null) throw new BuildError(`missing: dashboard/${word}.js (imported by ${name})`);
  const members = membersOf(word, shared);
  const spread = new RegExp(`^( *)\\.\\.\\.${word},\\n`, 'gm');
  const places = text.match(spread)?.length ?? 0;
  if (places !== 1) throw new BuildError(`${name}: "...${word}," must stand once, on a line of its own`);
  return text.replace(spread, (_line, indent) => {
    const lines = members.replaceAll(/^ {2}/gm, indent);
    const mark = `${indent}// >>> ${word}.js ${markOf(members)}: other widgets have the same lines\n`;
    return `${mark}${lines}${indent}// <<< ${word}.js\n`;
  });
}

function membersOf(word, shared) {
  const members = SHARED.exec(shared)?.[1];
  if (members === undefined)
    throw new BuildError(`dashboard/${word}.js: a shared file is comments and "export default { … };"`);
  return members;
}

const scriptOf = (text) => /<script>([^]*)<\/script>/.exec(text)?.[1] ?? '';

/** By it a change in the editor is told from a shared file that has changed since. */
const markOf = (members) => createHash('sha256').update(members).digest('hex').slice(0, 8);
