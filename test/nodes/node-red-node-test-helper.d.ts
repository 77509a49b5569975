// The part of node-red-node-test-helper that is used here; the package brings no types.
declare module 'node-red-node-test-helper' {
  import type { Node, NodeInitializer } from 'node-red';

  interface AdminAnswer {
    status: number;
    body: Record<string, unknown>;
    headers: Record<string, string>;
  }
  interface AdminRequest extends PromiseLike<AdminAnswer> {
    type(kind: string): this;
    send(body: object | string): this;
  }

  interface TestHelper {
    init(runtimePath: string): void;
    startServer(done: () => void): void;
    stopServer(done: () => void): void;
    load(nodes: NodeInitializer[], flow: object[], credentials: object): Promise<void>;
    unload(): Promise<void>;
    /** Asks the server that the editor talks to. */
    request(): { get(path: string): AdminRequest; post(path: string): AdminRequest };
    getNode(id: string): Node | null;
  }
  const helper: TestHelper;
  export default helper;
}
