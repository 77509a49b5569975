// The part of node-red-node-test-helper that is used here; the package brings no types.
declare module 'node-red-node-test-helper' {
  import type { Node, NodeInitializer } from 'node-red';

  interface TestHelper {
    init(runtimePath: string): void;
    startServer(done: () => void): void;
    stopServer(done: () => void): void;
    load(nodes: NodeInitializer[], flow: object[], credentials: object): Promise<void>;
    unload(): Promise<void>;
    getNode(id: string): Node | null;
  }
  const helper: TestHelper;
  export default helper;
}
