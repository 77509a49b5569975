import assert from 'node:assert/strict';
import { withProcesses } from './helper-process';
import { OneCommitPath } from './one-commit-path';
import { Publisher } from './publisher';
import { withScratchFolder } from './scratch-folder';

describe('the flow of one commit a message', function () {
  this.timeout(60_000);

  it('stores what it acknowledges, and is caught when it does not', () =>
    withScratchFolder((folder) =>
      withProcesses(async (keep) => {
        const path = keep(await OneCommitPath.start(folder));
        const publisher = keep(new Publisher('the flow', path.mqttPort));
        await publisher.open({ connections: 2, inFlight: 3, readingsPerMessage: 1 });
        while (publisher.acknowledgedReadings === 0) await publisher.measure(100);
        const acknowledged = publisher.acknowledgedReadings;
        await assert.rejects(path.stopAndCheck(acknowledged + 1), /acknowledged \d+ readings and stored \d+/);
        await path.stopAndCheck(acknowledged);
      }),
    ));
});
