import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A node type that misbehaves on request: it hangs when closed, or throws where nobody can catch it. */
const RUNTIME = `
module.exports = (RED) => {
  RED.nodes.registerType('faulty', function (config) {
    RED.nodes.createNode(this, config);
    if (config.throws) RED.httpNode.get('/throw', () => setImmediate(() => { throw new Error('the roof is leaking'); }));
    if (config.hangs) this.on('close', (done) => { void done; });
  });
};
`;
const EDITOR = `<script type="text/javascript">RED.nodes.registerType('faulty', { category: 'test', defaults: {} });</script>`;

export function addFaultyNode(nodeRedFolder: string): void {
  const folder = path.join(nodeRedFolder, 'nodes');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'faulty.js'), RUNTIME);
  writeFileSync(path.join(folder, 'faulty.html'), EDITOR);
}

export const faultyFlow = (fault: { throws?: boolean; hangs?: boolean }): unknown[] => [
  { id: 'a100000000000001', type: 'tab', label: 'Faults' },
  { id: 'a100000000000002', type: 'faulty', z: 'a100000000000001', x: 100, y: 100, wires: [], ...fault },
];
