import { createServer, type RequestListener, type Server } from 'node:http';
import type { ExpressApp, NodeRed } from './node-red-module';
import { EDITOR_ROOT } from './node-red-settings';

export function makeServer(app: RequestListener): Server {
  const server = createServer(app);
  // Node-RED and each dashboard add listeners; their number is no leak.
  server.setMaxListeners(0);
  return server;
}

/** Puts the editor below its own address and leads a visitor of `/` to what there is to see. */
export function mountNodeRed(app: ExpressApp, RED: NodeRed, homeAddress: () => string): void {
  app.get('/', (_request, response) => response.redirect(homeAddress()));
  app.use(EDITOR_ROOT, RED.httpAdmin);
  app.use('/', RED.httpNode);
}

/** Ends the server and every connection that is still open to it. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
