// How a widget sends an order and learns what became of it. It has `sent` in its data, which is null while no order is
// under way, and the methods of hearing.js.
/* global clearTimeout, crypto */

export default {
  // `settle` is called once, with what went wrong, or '', and with the payload of the answer.
  order(message, { refused, silent }, settle) {
    const reference = this.newReference(message.topic ?? 'order');
    const end = (problem, payload) => {
      clearTimeout(this.waiting);
      this.sent = null;
      settle(problem, payload);
    };
    const hear = ({ error, payload }) => end(error ? `${refused}: ${this.reasonOf(error)}.` : '', payload);
    this.sent = { reference, hear };
    this.send({ ...message, reference });
    clearTimeout(this.waiting);
    this.waiting = this.whenLate(() => end(silent));
  },
  // Whether a message tells what became of an order, be it this one or one that nobody waits for any more.
  isOutcome(msg) {
    if (msg.reference === undefined) return false;
    if (msg.reference === this.sent?.reference) this.sent.hear(msg);
    return true;
  },
  forgetOrder() {
    clearTimeout(this.waiting);
    this.sent = null;
  },
  // Not randomUUID, which browsers offer only on https pages and on this machine itself.
  newReference(kind) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return `${kind}-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  },
};
