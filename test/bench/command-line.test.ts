import assert from 'node:assert/strict';
import { parseCommandLine, UsageError } from './command-line';
import { DEFAULT_SECONDS, MAX_SECONDS, MIN_SECONDS } from './effort';

const KNOWN = ['limits', 'path', 'start'];
const parse = (...words: string[]): ReturnType<typeof parseCommandLine> => parseCommandLine(words, KNOWN);

describe('the command line of the bench', () => {
  it('means everything when nothing is named', () => {
    assert.deepEqual(parse(), { kind: 'run', names: KNOWN, asJson: false, seconds: DEFAULT_SECONDS });
  });

  it('takes names and options in any order, each name once', () => {
    assert.deepEqual(parse('start', '--json', 'path', '--seconds', '0.5', 'start'), {
      kind: 'run',
      names: ['start', 'path'],
      asJson: true,
      seconds: 0.5,
    });
    assert.equal(parse('--seconds=7').seconds, 7);
  });

  it('knows when it is only asked', () => {
    assert.equal(parse('--help').kind, 'help');
    assert.equal(parse('--list').kind, 'list');
  });

  it('refuses a name that is none, and says which there are', () => {
    const refusal = {
      name: 'Error',
      message: 'There is no benchmark "paths"; there are limits, path, start.',
    };
    assert.throws(() => parse('paths'), refusal);
    assert.throws(() => parse('paths'), UsageError);
  });

  it('refuses an option that it does not know', () => {
    assert.throws(() => parse('--fast'), /no option --fast/);
  });

  it('takes seconds up to its bounds and none beyond', () => {
    assert.equal(parse('--seconds', String(MIN_SECONDS)).seconds, MIN_SECONDS);
    assert.equal(parse('--seconds', String(MAX_SECONDS)).seconds, MAX_SECONDS);
    for (const text of [
      '0',
      '-1',
      String(MIN_SECONDS / 2),
      String(MAX_SECONDS + 1),
      'soon',
      '',
      'Infinity',
    ]) {
      assert.throws(() => parse('--seconds', text), UsageError, text);
    }
    assert.throws(() => parse('--seconds'), /got nothing/);
  });
});
