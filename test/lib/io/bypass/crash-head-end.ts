// A process that is made to be killed: opens what comes up, stores it in a ledger of its own, and confirms it after that.
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { HeadEndSide } from '../../../../nodes/lib/bypass/head-end-side';
import { clock, connect, DOWN_TOPIC, identityOf, say, TICK_MS, UP_TOPIC } from './bypass-process';

const [folder = '', url = ''] = process.argv.slice(2);

const identity = identityOf('head-end', folder);
const ledger = new Database(join(folder, 'ledger.sqlite'));
ledger.pragma('journal_mode = WAL');
ledger.pragma('synchronous = FULL');
ledger.exec('CREATE TABLE IF NOT EXISTS reading (name TEXT PRIMARY KEY, times INTEGER NOT NULL)');
const store = ledger.prepare(
  'INSERT INTO reading VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET times = times + 1',
);

const side = new HeadEndSide({
  store: identity.store,
  sealing: identity.sealing,
  clock,
  acknowledge: 'commit',
  send: (_via, _gatewayId, frame) => client.publish(DOWN_TOPIC, Buffer.from(frame), { qos: 0 }),
  deliver: (_gatewayId, _via, messages) => {
    for (const { payload, origin } of messages) {
      ledger.transaction(() => {
        for (const { meterId } of payload as { meterId: string }[]) store.run(meterId);
      })();
      say('stored\n');
      side.confirm(origin);
    }
  },
  arrived: () => undefined,
  hear: () => undefined,
});
const client = connect(url, UP_TOPIC, (frame) => side.receive(frame, 'gw'));
side.start();
setInterval(() => side.tick(), TICK_MS);
