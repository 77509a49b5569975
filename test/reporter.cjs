// What people read is mocha's own "dot" or "spec"; what test/run.mjs adds up goes into a small JSON file beside it.
const { writeFileSync } = require('node:fs');
const Mocha = require('mocha');

/** After the last test nothing should keep the process alive; what does is named instead of waited for. */
const STILL_OPEN_AFTER_MS = 10_000;

module.exports = class CountingReporter {
  #people;

  constructor(runner, options) {
    const { style, output } = options.reporterOptions;
    this.#people = new Mocha.reporters[style](runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = runner.stats;
      const missing = [...(globalThis.missingPrograms ?? [])];
      writeFileSync(output, JSON.stringify({ passes, failures, pending, missing }));
      setTimeout(failOnWhatIsOpen, STILL_OPEN_AFTER_MS).unref();
    });
  }

  done(failures, finish) {
    if (this.#people.done) this.#people.done(failures, finish);
    else finish(failures);
  }
};

function failOnWhatIsOpen() {
  console.error(`the tests have left open: ${process.getActiveResourcesInfo().join(', ')}`);
  process.exit(1);
}
