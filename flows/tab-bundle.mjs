// From the flows of a running Node-RED to one shipped file: which nodes belong to it, and in which order they and
// their properties are written so that a small edit stays a small diff. Pure: no files, no network.

/** @typedef {{ id: string, type: string, [property: string]: unknown }} FlowNode */

const CONTAINERS = new Set(['tab', 'subflow']);

/** Passwords stay in the running instance; the rest of a node is what the editor would export. */
const NEVER_WRITTEN = ['credentials', '_credentials'];

/**
 * The named tab with everything on it and everything that needs: subflows with their contents, and config nodes, in as
 * many steps as it takes.
 * @param {FlowNode} tab
 * @param {FlowNode[]} running
 */
export function bundleOf(tab, running) {
  const byId = new Map(running.map((node) => [node.id, node]));
  const contentsOf = (id) => running.filter((node) => node.z === id);
  const bundle = new Map();
  const waiting = [tab];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (bundle.has(node.id)) continue;
    bundle.set(node.id, node);
    if (CONTAINERS.has(node.type)) waiting.push(...contentsOf(node.id));
    waiting.push(
      ...idsNamedBy(node)
        .map((id) => byId.get(id))
        .filter(isBroughtAlong),
    );
  }
  return running.filter((node) => bundle.has(node.id));
}

/** A link may name a node of another tab; that tab has its own file. */
const isBroughtAlong = (node) =>
  node !== undefined && node.type !== 'tab' && (node.type === 'subflow' || !node.wires);

/** Every text in a node that could be an id: config nodes are named by plain properties, subflows by the type. */
function idsNamedBy(value) {
  if (typeof value === 'string')
    return [value.startsWith('subflow:') ? value.slice('subflow:'.length) : value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(idsNamedBy);
}

/**
 * Nodes and properties that the file had keep their place; what is new follows in the order of the running flow.
 * @param {FlowNode[]} before
 * @param {FlowNode[]} nodes
 */
export function inTheOrderOf(before, nodes) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const old = new Map(before.map((node) => [node.id, node]));
  const kept = before.map((node) => byId.get(node.id)).filter((node) => node !== undefined);
  const added = nodes.filter((node) => !old.has(node.id));
  return [...kept, ...added].map((node) => withKeysInTheOrderOf(old.get(node.id) ?? {}, node));
}

function withKeysInTheOrderOf(before, node) {
  const keys = [...Object.keys(before), ...Object.keys(node)];
  const written = keys.filter((key) => key in node && !NEVER_WRITTEN.includes(key));
  return Object.fromEntries(written.map((key) => [key, node[key]]));
}

/**
 * The texts of widgets go back into the files that the shipped flow named.
 * @param {FlowNode[]} before
 * @param {FlowNode[]} nodes
 * @param {RegExp} widgetFile
 * @returns {{ nodes: FlowNode[], texts: Map<string, string> }} the nodes with file names instead of texts, and the texts by file name
 */
export function withoutWidgetTexts(before, nodes, widgetFile) {
  const fileOf = new Map(
    before.filter(({ format }) => widgetFile.test(format)).map(({ id, format }) => [id, format]),
  );
  const texts = new Map();
  const written = nodes.map((node) => {
    const file = fileOf.get(node.id);
    if (file === undefined || typeof node.format !== 'string' || widgetFile.test(node.format)) return node;
    texts.set(file, node.format);
    return { ...node, format: file };
  });
  return { nodes: written, texts };
}
