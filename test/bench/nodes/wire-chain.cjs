// Node types for measuring Node-RED itself: messages go from a start over nodes that only pass them on to an end,
// which sends them round again until the time is over.
const path = require('node:path');
const { BareLedger } = require('../bare-ledger');
const { METERS, MeterRegisters } = require('../meter-registers');
const { answerRequests } = require('../requests');

module.exports = function register(RED) {
  const starts = [];
  let lap = null;

  function Start(definition) {
    RED.nodes.createNode(this, definition);
    starts.push(this);
  }

  function Pass(definition) {
    RED.nodes.createNode(this, definition);
    this.on('input', (message, send, done) => {
      send(message);
      done();
    });
  }

  /** Commits each message by itself, as a flow does that knows nothing of groups. */
  function Commit(definition) {
    RED.nodes.createNode(this, definition);
    const ledger = new BareLedger(path.join(RED.settings.userDir, 'flow.sqlite'), METERS);
    const meters = new MeterRegisters(METERS);
    let meter = 0;
    this.on('input', (message, send, done) => {
      const step = meters.next(meter);
      ledger.commit([{ meter, atMs: meters.atMs(step), energyWh: meters.energyWh(step) }]);
      meter = (meter + 1) % METERS;
      send(message);
      done();
    });
  }

  function End(definition) {
    RED.nodes.createNode(this, definition);
    this.on('input', (message, send, done) => {
      lap?.(message);
      done();
    });
  }

  /** Messages per second that reached the end, with so many on their way at the same time. */
  function run({ start: name, ms, inFlight }) {
    const start = starts.find((node) => node.name === name);
    const startedMs = performance.now();
    let arrived = 0;
    let onTheWay = inFlight;
    let perSecond = 0;
    return new Promise((resolve) => {
      lap = (message) => {
        arrived += 1;
        const elapsedMs = performance.now() - startedMs;
        if (elapsedMs < ms) {
          start.send(message);
          return;
        }
        if (onTheWay === inFlight) perSecond = (arrived * 1000) / elapsedMs;
        onTheWay -= 1;
        if (onTheWay > 0) return;
        lap = null;
        resolve(perSecond);
      };
      for (let index = 0; index < inFlight; index += 1) start.send({ payload: index });
    });
  }

  RED.nodes.registerType('bench-start', Start);
  RED.nodes.registerType('bench-pass', Pass);
  RED.nodes.registerType('bench-commit', Commit);
  RED.nodes.registerType('bench-end', End);
  answerRequests({ run });
};
