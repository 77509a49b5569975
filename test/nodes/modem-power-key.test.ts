// From the settings of a modem port to the arguments of gpioset, up the whole recovery ladder.
import assert from 'node:assert/strict';
import { migrateConfig } from '../../nodes/lib/red/config-migration';
import { DEFAULTS, MIGRATIONS, type ModemPortConfig } from '../../nodes/modem-port/modem-port.config';
import { modemWiring } from '../../nodes/modem-port/modem-wiring';
import { FakeGpiod } from '../lib/io/gpio/fake-gpiod';
import { ModemBench } from '../lib/modem/modem-bench';

const wiringOf = (settings: object, onError: (error: Error) => void = (error) => assert.fail(error)) =>
  modemWiring(migrateConfig<ModemPortConfig>({ ...DEFAULTS, ...settings }, MIGRATIONS, DEFAULTS), onError);

describe('power key of a modem', function () {
  this.timeout(120_000);
  const path = process.env['PATH'];
  let fake: FakeGpiod;

  const install = (major: 1 | 2): void => {
    fake = new FakeGpiod(major);
    process.env['PATH'] = fake.env['PATH'];
  };
  afterEach(() => {
    process.env['PATH'] = path;
    fake.dispose();
  });

  it('is pressed by gpioset when the gentler cures have not helped', async () => {
    install(2);
    const { pressPowerKey } = wiringOf({ powerKeyLine: 'GPIO27', powerKeyActiveLow: true });
    const presses: Promise<void>[] = [];
    const bench = new ModemBench('plain', {
      pressPowerKey: () => {
        const press = pressPowerKey!();
        presses.push(press);
        return press;
      },
    });
    await bench.ready();
    bench.simulated.befall({ kind: 'deaf', cure: 'powerKey' });
    for (const count of [1, 2]) {
      await bench.schedule.until(() => presses.length === count, `press ${count}`);
      // The program is a real one: virtual time stands still until it has ended.
      await presses[count - 1];
      assert.equal(bench.modem.state.recoveries.reopen, 1, 'the port was opened anew before');
    }
    await bench.phase('ready');
    const call = 'gpioset --by-name --strict --active-low --consumer=wattkeeper --toggle=2000ms,0 GPIO27=1';
    assert.deepEqual(fake.calls, [call, call]);
    await bench.stop();
  });

  it('is let go again with libgpiod 1 too', async () => {
    install(1);
    await wiringOf({ powerKeyLine: 'COIL_ON', powerKeyPulseMs: '1200' }).pressPowerKey!();
    assert.deepEqual(fake.calls, [
      'gpioset --mode=time --sec=1 --usec=200000 gpiochip0 22=1',
      'gpioset --mode=exit gpiochip0 22=0',
    ]);
  });

  it('says why it cannot be pressed', async () => {
    install(2);
    const errors: string[] = [];
    const { pressPowerKey } = wiringOf({ powerKeyLine: 'BUSY' }, ({ message }) => errors.push(message));
    await assert.rejects(pressPowerKey!());
    assert.match(errors.join(), /^the power key: line BUSY gave no pulse: .*resource busy$/);
  });

  it('is nothing where no line is named, as for ports of the first version', () => {
    install(2);
    const isNew = (setting: string): boolean => setting === 'configVersion' || setting.startsWith('powerKey');
    const first = Object.fromEntries(Object.entries(DEFAULTS).filter(([setting]) => !isNew(setting)));
    const old = { ...first, configVersion: 0, path: '/dev/ttyS0', localPort: '1' };
    const config = migrateConfig<ModemPortConfig>(old, MIGRATIONS, DEFAULTS);
    assert.deepEqual(config, { ...DEFAULTS, path: '/dev/ttyS0', localPort: '1' });
    assert.equal(modemWiring(config, (error) => assert.fail(error)).pressPowerKey, undefined);
    assert.deepEqual(fake.calls, []);
  });
});
