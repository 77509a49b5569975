import assert from 'node:assert/strict';
import { GroupCommit } from '../../../nodes/lib/ledger/group-commit';

interface Timer {
  run: () => void;
  afterMs: number;
}

class ItemFault extends Error {}

describe('group commit', () => {
  let timers: Set<Timer>;
  let groups: string[][];
  let answers: string[];
  let commit: (items: string[]) => string[];
  let group: GroupCommit<string, string>;

  beforeEach(() => {
    timers = new Set();
    groups = [];
    answers = [];
    commit = (items) => {
      groups.push(items);
      return items.map((item) => item.toUpperCase());
    };
    group = new GroupCommit<string, string>({
      commit: (items) => commit(items),
      maxItems: 3,
      maxWaitMs: 2,
      schedule: (run, afterMs) => {
        const timer = { run, afterMs };
        timers.add(timer);
        return () => timers.delete(timer);
      },
      isItemFault: (error) => error instanceof ItemFault,
      onThrown: (error) => answers.push(`thrown: ${error.message}`),
    });
  });

  const submit = (item: string): void =>
    group.submit(item, (error, result) =>
      answers.push(error ? `${item}: ${error.message}` : `${item}=${result ?? ''}`),
    );
  const runTimers = (): void => {
    for (const timer of [...timers]) timer.run();
  };

  it('waits for company, but not longer than it says', () => {
    submit('a');
    submit('b');
    assert.deepEqual(groups, []);
    assert.deepEqual(
      [...timers].map(({ afterMs }) => afterMs),
      [2],
    );
    runTimers();
    assert.deepEqual(groups, [['a', 'b']]);
    assert.deepEqual(answers, ['a=A', 'b=B']);
    assert.equal(timers.size, 0);
  });

  it('commits a full group at once', () => {
    for (const item of ['a', 'b', 'c', 'd']) submit(item);
    assert.deepEqual(groups, [['a', 'b', 'c']]);
    runTimers();
    assert.deepEqual(groups[1], ['d']);
  });

  it('tells everybody when the disk fails, and takes the next group', () => {
    commit = () => {
      throw new Error('disk full');
    };
    submit('a');
    submit('b');
    group.flush();
    assert.deepEqual(answers, ['a: disk full', 'b: disk full']);
    commit = (items) => items;
    submit('c');
    group.flush();
    assert.equal(answers[2], 'c=c');
  });

  it('lets one bad item fail alone', () => {
    commit = (items) => {
      if (items.includes('bad')) throw new ItemFault('no such book');
      return items;
    };
    for (const item of ['a', 'bad', 'c']) submit(item);
    assert.deepEqual(answers, ['a=a', 'bad: no such book', 'c=c']);
  });

  it('takes what is submitted while it answers into the next group', () => {
    group.submit('a', () => submit('b'));
    group.flush();
    assert.deepEqual(groups, [['a']]);
    runTimers();
    assert.deepEqual(groups[1], ['b']);
  });

  it('keeps the news of a commit from nobody, whoever throws at it', () => {
    for (const thrown of [new ItemFault('mine'), new TypeError('mine')]) {
      answers = [];
      groups = [];
      submit('a');
      group.submit('b', () => {
        throw thrown;
      });
      submit('c');
      assert.deepEqual(groups, [['a', 'b', 'c']]);
      assert.deepEqual(answers, ['a=A', 'thrown: mine', 'c=C']);
    }
  });
});
