import assert from 'node:assert/strict';
import { type FlowNode, isConfigType, nodeTypes, shippedFlows } from './palette';

/** What Node-RED itself makes: eight bytes, in hex. */
const ID = /^[0-9a-f]{16}$/;
const CANVAS_ONLY = new Set(['tab', 'subflow', 'group']);

/** A node on the canvas has wires, even if none is drawn; a config node has no such property. */
const isOnCanvas = (node: FlowNode): boolean =>
  !CANVAS_ONLY.has(node.type) &&
  (node.wires !== undefined || (nodeTypes.includes(node.type) && !isConfigType(node.type)));

/** Every text in a node that looks like an id, wherever it stands. */
function idsNamedBy(value: unknown): string[] {
  if (typeof value === 'string') return ID.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(idsNamedBy);
}

describe('the shipped flows', () => {
  const flows = shippedFlows();

  it('show every node type that can be put on the canvas', () => {
    const shown = new Set(flows.flatMap(({ nodes }) => nodes.map((node) => node.type)));
    const missing = nodeTypes.filter((type) => !isConfigType(type) && !shown.has(type));
    assert.deepEqual(missing, []);
  });

  for (const { name, nodes } of flows) {
    describe(name, () => {
      it('has ids that are hex and used once', () => {
        const ids = nodes.map((node) => node.id);
        assert.deepEqual(
          ids.filter((id) => !ID.test(id)),
          [],
        );
        assert.equal(new Set(ids).size, ids.length);
      });

      it('names only nodes that are in the file', () => {
        const ids = new Set(nodes.map((node) => node.id));
        const strangers = nodes.flatMap((node) =>
          idsNamedBy(node)
            .filter((id) => !ids.has(id))
            .map((id) => `${node.type} ${node.id} names ${id}`),
        );
        assert.deepEqual(strangers, []);
      });

      it('gives every node on the canvas a place', () => {
        const lost = nodes.filter(
          (node) => isOnCanvas(node) && (typeof node.x !== 'number' || typeof node.y !== 'number' || !node.z),
        );
        assert.deepEqual(
          lost.map((node) => `${node.type} ${node.id}`),
          [],
        );
      });

      it('holds no credentials', () => {
        assert.deepEqual(
          nodes.filter((node) => 'credentials' in node).map((node) => node.id),
          [],
        );
      });

      it('opens on a tab with the name of the file, so that flows:save finds it again', () => {
        const tabs = nodes.filter((node) => node.type === 'tab').map((node) => node.label);
        assert.ok(tabs.includes(name.slice(name.lastIndexOf('/') + 1)), `the tabs are ${tabs.join(', ')}`);
      });
    });
  }
});
