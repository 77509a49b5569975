import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { GpioBench } from '../../../../nodes/lib/io/gpio/gpio-bench';
import { FakeGpiod } from './fake-gpiod';

const RELAY = { name: 'RELAY1', activeLow: false };

describe('the lines of this computer', function () {
  this.timeout(60_000);
  let fake: FakeGpiod;
  let bench: GpioBench;
  let lost: (value: string) => void;
  const errors: string[] = [];

  const open = (): GpioBench =>
    new GpioBench({
      folder: fake.folder,
      env: fake.env,
      settleMs: 150,
      againAfterMs: 20,
      onLost: (lineName) => lost(lineName),
      onError: (error) => errors.push(error.message),
    });
  const start = (major: 1 | 2): void => {
    lost = () => undefined;
    fake = new FakeGpiod(major);
    bench = open();
  };
  afterEach(() => {
    bench.close();
    fake.dispose();
  });

  it('are held by libgpiod 1 by the number that belongs to the name', async () => {
    start(1);
    await bench.hold(RELAY, true);
    await bench.hold({ ...RELAY, activeLow: true }, false);
    assert.deepEqual(fake.calls, [
      'gpioset --mode=signal gpiochip0 17=1',
      'gpioset --mode=signal --active-low gpiochip0 17=0',
    ]);
  });

  it('are held by libgpiod 2 by their name', async () => {
    start(2);
    await bench.hold(RELAY, true);
    await bench.hold({ ...RELAY, activeLow: true }, false);
    assert.deepEqual(fake.calls, [
      'gpioset --by-name --strict --consumer=wattkeeper RELAY1=1',
      'gpioset --by-name --strict --active-low --consumer=wattkeeper RELAY1=0',
    ]);
  });

  it('give a coil of a latching relay a pulse that ends by itself', async () => {
    start(1);
    await bench.pulse({ name: 'COIL_ON', activeLow: false }, 100);
    await bench.pulse({ name: 'COIL_OFF', activeLow: true }, 1_000);
    assert.deepEqual(fake.calls, [
      'gpioset --mode=time --sec=0 --usec=100000 gpiochip0 22=1',
      'gpioset --mode=exit gpiochip0 22=0',
      'gpioset --mode=time --sec=1 --usec=0 --active-low gpiochip0 23=1',
      'gpioset --mode=exit --active-low gpiochip0 23=0',
    ]);
    bench.close();
    fake.dispose();
    start(2);
    await bench.pulse({ name: 'COIL_ON', activeLow: false }, 100);
    assert.deepEqual(fake.calls, [
      'gpioset --by-name --strict --consumer=wattkeeper --toggle=100ms,0 COIL_ON=1',
    ]);
  });

  it('refuse a pulse that would burn the coil, or that moves nothing', async () => {
    start(2);
    for (const forMs of [0, 9, 1_001, NaN])
      await assert.rejects(bench.pulse(RELAY, forMs), /from 10 to 1000 ms/);
    assert.deepEqual(fake.calls, []);
  });

  for (const major of [1, 2] as const) {
    it(`stay as they are when this process begins again (libgpiod ${major})`, async () => {
      start(major);
      await bench.hold(RELAY, true);
      const [pid] = fake.holders();
      bench.close();
      bench = open();
      await bench.hold(RELAY, true);
      assert.deepEqual(fake.holders(), [pid]);
      assert.equal(fake.calls.length, 1, 'a line that is right is not touched');
      await bench.hold(RELAY, false);
      assert.equal(fake.calls.length, 2);
      assert.notDeepEqual(fake.holders(), [pid]);
    });

    it(`say how a contact stands, at first and at every change (libgpiod ${major})`, async () => {
      start(major);
      fake.setContact(1);
      const heard: boolean[] = [];
      const [open_, closed] = major === 1 ? ['0', '1'] : ['2', '1'];
      await new Promise<void>((resolve) => {
        bench.watch({ name: 'CONTACT', activeLow: false }, (isActive) => {
          heard.push(isActive);
          if (heard.length === 1) void whenCalled('gpiomon').then(() => fake.event(open_));
          if (heard.length === 2) {
            fake.event('noise');
            fake.event(closed);
          }
          if (heard.length === 3) resolve();
        });
      });
      assert.deepEqual(heard, [true, false, true]);
      assert.deepEqual(
        fake.calls,
        major === 1
          ? ['gpioget gpiochip1 4', 'gpiomon --line-buffered --format=%e gpiochip1 4']
          : [
              'gpioget --by-name --strict --numeric CONTACT',
              'gpiomon --by-name --strict --consumer=wattkeeper --format=%e CONTACT',
            ],
      );
    });
  }

  /** Tail has to be there before there is something to follow. */
  const whenCalled = async (tool: string): Promise<void> => {
    while (!fake.calls.some((call) => call.startsWith(tool))) await new Promise(setImmediate);
    await new Promise((resolve) => setTimeout(resolve, 100));
  };

  it('say why a line can not be held', async () => {
    start(2);
    await assert.rejects(
      bench.hold({ name: 'BUSY', activeLow: false }, true),
      /BUSY can not be held.*resource busy/,
    );
    assert.deepEqual(fake.holders(), []);
  });

  it('tell when a line is held no longer', async () => {
    start(2);
    const gone = new Promise((resolve) => (lost = resolve));
    await bench.hold(RELAY, true);
    process.kill(fake.holders()[0]!, 'SIGKILL');
    assert.equal(await gone, 'RELAY1');
  });

  it('let a line go when they are told to, and do not complain about it', async () => {
    start(2);
    lost = () => assert.fail('nobody lost it');
    await bench.hold(RELAY, true);
    await bench.release('RELAY1');
    assert.deepEqual(fake.holders(), []);
  });

  it('say what is missing', async () => {
    start(2);
    rmSync(join(fake.folder, 'gpioset'));
    bench = new GpioBench({
      folder: fake.folder,
      env: { PATH: fake.folder },
      onLost: () => undefined,
      onError: () => undefined,
    });
    await assert.rejects(bench.hold(RELAY, true), /gpioset is missing: install the package "gpiod"/);
  });

  it('refuse a name that no chip knows', async () => {
    start(1);
    await assert.rejects(bench.hold({ name: 'NOWHERE', activeLow: false }, true), /gpiofind NOWHERE/);
  });
});
