// Node types for the flow that one would otherwise build: every reading leaves the broker as a message of its own and
// is committed by itself, before the meter gets its answer.
const { createServer } = require('node:net');
const path = require('node:path');
const { BareLedger } = require('../bare-ledger');
const { METERS, meterNumbers } = require('../meter-registers');

module.exports = function register(RED) {
  /** A bare broker whose PUBACK waits for the flow. */
  function ReadingIn(definition) {
    RED.nodes.createNode(this, definition);
    const listening = listen(Number(definition.port), (topic, payload, acknowledge) =>
      this.send({ topic, payload, acknowledge }),
    );
    listening.catch((error) => this.error(error));
    this.on('close', (done) => {
      listening.then(
        ({ broker, server }) => broker.close(() => server.close(() => done())),
        () => done(),
      );
    });
  }

  function OneCommit(definition) {
    RED.nodes.createNode(this, definition);
    const ledger = new BareLedger(path.join(RED.settings.userDir, definition.database), METERS);
    const numbers = meterNumbers(METERS);
    this.on('input', (message, _send, done) => {
      const { meterId, atMs, energyWh } = message.payload;
      const meter = numbers.get(meterId);
      if (meter === undefined) {
        done(new Error(`unknown meter ${meterId}`));
        return;
      }
      ledger.commit([{ meter, atMs, energyWh }]);
      message.acknowledge(null);
      done();
    });
  }

  RED.nodes.registerType('bench-reading-in', ReadingIn);
  RED.nodes.registerType('bench-one-commit', OneCommit);
};

async function listen(port, take) {
  const { Aedes } = await import('aedes');
  const broker = await Aedes.createBroker({
    authorizePublish: (_client, { topic, payload }, done) => take(topic, payload, done),
  });
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    broker.handle(socket);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { broker, server };
}
