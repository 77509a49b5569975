import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machineClocks } from '../../../../nodes/lib/io/clock/machine-clocks';

const HOUR_S = 3_600;

describe('what the time service says', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wattkeeper-clocks-'));
    file = join(folder, 'synchronized');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const touch = (secondsAgo: number): void => {
    writeFileSync(file, '');
    const atS = Date.now() / 1_000 - secondsAgo;
    utimesSync(file, atS, atS);
  };
  const kernelSays = (lines: string, name = 'timedatectl'): void => {
    const program = join(folder, name);
    writeFileSync(program, `#!/bin/sh\n${lines}\n`);
    chmodSync(program, 0o700);
  };
  const ask = (): Promise<number | null> => machineClocks(file, { PATH: folder }).confirmedAgoMs();

  it('is nothing on a machine without one', async () => {
    assert.equal(await ask(), null);
  });

  it('is as old as its file', async () => {
    touch(120);
    const agoMs = await ask();
    assert.ok(agoMs !== null && agoMs >= 120_000 && agoMs < 180_000, String(agoMs));
  });

  for (const [what, secondsAgo] of [
    ['an old file', 2 * HOUR_S],
    ['a file from the future, as after a clock was set back', -2 * HOUR_S],
  ] as const) {
    it(`is what the kernel says when there is ${what}`, async () => {
      touch(secondsAgo);
      assert.equal(await ask(), null);
      kernelSays('echo no');
      assert.equal(await ask(), null);
      kernelSays('[ "$*" = "show --property=NTPSynchronized --value" ] && echo yes');
      assert.equal(await ask(), 0);
    });
  }

  it('is what the kernel says to the small program of a container, where there is no other', async () => {
    const says = (status: string, value: string): void =>
      kernelSays(`echo '    status:       ${status}'; echo '    return value: ${value}'`, 'adjtimex');
    says('64 (UNSYNC)', '5 (clock not synchronized)');
    assert.equal(await ask(), null);
    says('8193 (PLL)', '0 (clock synchronized)');
    assert.equal(await ask(), 0);
    kernelSays('echo no');
    assert.equal(await ask(), 0);
    kernelSays('echo "adjtimex: Operation not permitted" >&2; exit 1', 'adjtimex');
    assert.equal(await ask(), null);
  });

  it('is nothing when the program fails', async () => {
    kernelSays('echo yes; exit 1');
    assert.equal(await ask(), null);
  });

  it('has clocks that go on', () => {
    const machine = machineClocks(file, {});
    assert.ok(Math.abs(machine.wallMs() - Date.now()) < 1_000);
    const before = machine.monotonicMs();
    assert.ok(machine.monotonicMs() >= before);
    assert.ok(machine.uptimeMs() > 0);
  });
});
