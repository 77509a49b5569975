import type { Node } from 'node-red';

/** Node-RED does not await an async close handler; this calls `done` when the work has ended, well or not. */
export function onClose(node: Node, close: () => void | Promise<void>): void {
  node.on('close', (done: () => void) => {
    Promise.resolve()
      .then(close)
      .catch((error: unknown) => node.warn(String(error)))
      .finally(done);
  });
}
