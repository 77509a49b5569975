// How a widget hears what its flow says and asks it again. What is heard goes to `take` of the widget; one that calls
// `askFlow` has `trouble` in its data, for the sentence that no answer came.
/* global document, setTimeout, clearTimeout, setInterval, clearInterval */

export default {
  // Asks now and after each reconnect; `again` is called as often as `everyMs` says, while somebody looks at the page.
  // With `isKept` the widget also gets what the flow had said before this page was opened.
  startHearing({ ask, again = ask, everyMs = 0, isKept = false } = {}) {
    const hear = (msg) => msg && this.take(msg);
    // What waits for the answer to a question, and to an order.
    Object.assign(this, { listening: null, waiting: null });
    this.heard = { [`msg-input:${this.id}`]: hear };
    if (isKept) this.heard[`widget-load:${this.id}`] = hear;
    if (ask) this.heard.connect = ask;
    for (const [event, listener] of Object.entries(this.heard)) this.$socket.on(event, listener);
    if (everyMs > 0) this.asking = setInterval(() => document.hidden || again(), everyMs);
    if (ask) ask();
  },
  stopHearing() {
    for (const [event, listener] of Object.entries(this.heard)) this.$socket.off(event, listener);
    clearInterval(this.asking);
    clearTimeout(this.listening);
    clearTimeout(this.waiting);
  },
  // Asking once more does not put off the moment from which an answer is missing.
  askFlow(message) {
    this.send(message);
    if (this.listening) return;
    this.listening = this.whenLate(() => {
      this.listening = null;
      this.trouble = 'No answer. Check that the flow is deployed and this page is connected.';
    });
  },
  // An answer came, if only one that says what is wrong.
  answered(trouble) {
    clearTimeout(this.listening);
    this.listening = null;
    this.trouble = trouble;
  },
  // An answer takes a second or two; one that takes longer than this has been lost.
  whenLate: (act) => setTimeout(act, 8000),
  // Without the name of the class that the catch node writes before it.
  reasonOf: ({ message }) => message.replace(/^\w*Error: /, ''),
};
