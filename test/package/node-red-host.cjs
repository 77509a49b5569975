// A bare Node-RED for the tests of the package: `node node-red-host.cjs <user folder>` with whatever palette lies in
// that folder's node_modules. Says its port as one line of JSON when it is ready, and stops on SIGTERM.
const { createServer } = require('node:http');
const { createRequire } = require('node:module');
const express = createRequire(require.resolve('node-red'))('express');
const RED = require('node-red');

const app = express();
const server = createServer(app);

async function start(userDir) {
  RED.init(server, {
    userDir,
    httpAdminRoot: '/',
    httpNodeRoot: '/flow',
    credentialSecret: false,
    logging: { console: { level: 'error', metrics: false, audit: false } },
    telemetry: { enabled: false, updateNotification: false },
  });
  app.use('/', RED.httpAdmin);
  app.use('/flow', RED.httpNode);
  await RED.start();
  server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
}

process.once('SIGTERM', async () => {
  await RED.stop();
  process.exit(0);
});

void start(process.argv[2]);
