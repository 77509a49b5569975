// The shipped flows: flows/ as it is kept in git becomes examples/, the only place where Node-RED looks for them.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { BuildError } from './palette.mjs';
import { filesBelow, readIfThere } from './sources.mjs';
import { asKept, writtenOut } from './widget-text.mjs';

/** A widget's `format` that names a file instead of holding the text. */
export const WIDGET_FILE = /^dashboard\/[\w./-]+\.vue$/;

export function shippedFlows(root) {
  return filesBelow(path.join(root, 'flows')).filter((file) => file.endsWith('.json'));
}

/** @param {import('./outputs.mjs').Outputs} outputs */
export function buildExamples(root, outputs) {
  const examples = path.join(root, 'examples');
  for (const file of shippedFlows(root)) {
    const flow = readFlow(root, file).map((node) => withWidgetText(root, file, node));
    const output = path.join(examples, path.relative(path.join(root, 'flows'), file));
    outputs.write(output, JSON.stringify(flow, null, 2) + '\n');
  }
  outputs.prune(examples);
}

export function readFlow(root, file) {
  const name = path.relative(root, file);
  if (path.dirname(path.dirname(file)) !== path.join(root, 'flows')) {
    throw new BuildError(`${name}: a shipped flow lies in flows/<topic>/<Menu name>.json`);
  }
  try {
    const flow = JSON.parse(readFileSync(file, 'utf8'));
    if (Array.isArray(flow)) return flow;
  } catch (error) {
    throw new BuildError(`${name}: ${error.message}`);
  }
  throw new BuildError(`${name}: a flow is an array of nodes`);
}

function withWidgetText(root, file, node) {
  if (typeof node.format !== 'string' || !WIDGET_FILE.test(node.format)) return node;
  if (!existsSync(path.join(root, node.format))) {
    throw new BuildError(`missing: ${node.format} (named by ${path.relative(root, file)}, node ${node.id})`);
  }
  return { ...node, format: widgetText(root, node.format) };
}

/** A widget as a flow has it: `widget` names its file below the root. */
export function widgetText(root, widget) {
  return writtenOut(widget, readFileSync(path.join(root, widget), 'utf8'), sharedBeside(root, widget));
}

/** The text of a widget in a flow, as its file has it. */
export function widgetAsKept(root, widget, text) {
  return asKept(widget, text, sharedBeside(root, widget));
}

const sharedBeside = (root, widget) => (word) =>
  readIfThere(path.join(root, path.dirname(widget), `${word}.js`)) ?? null;
