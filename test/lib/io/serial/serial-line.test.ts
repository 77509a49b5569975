import assert from 'node:assert/strict';
import { once } from 'node:events';
import { SerialPortMock } from 'serialport';
import { SerialLine } from '../../../../nodes/lib/io/serial/serial-line';
import { Modem } from '../../../../nodes/lib/modem/modem';
import { realSchedule } from '../../../../nodes/lib/io/serial/real-schedule';
import { ModemDevice } from '../../../gateway/modem-device';
import { needs, pathOrSkip } from '../../../needs';
import { RememberedPins, SUBMIT_PDU } from '../../modem/modem-bench';

const PATH = '/dev/pretended';

/** A line of serialport's own pretended binding, and the other end of it. */
async function pretended() {
  let made: SerialPortMock | undefined;
  const line = await SerialLine.open(PATH, 9_600, (options) => (made = new SerialPortMock(options)));
  const device = made!;
  assert.ok(device.port);
  return { line, device, port: device.port };
}

describe('serial line', () => {
  beforeEach(() => {
    SerialPortMock.binding.reset();
    SerialPortMock.binding.createPort(PATH, { echo: false, record: true });
  });

  it('is opened at its rate for itself alone, and carries bytes both ways', async () => {
    const { line, port } = await pretended();
    assert.deepEqual([port.openOptions.baudRate, port.openOptions.lock], [9_600, true]);
    assert.deepEqual(
      [port.openOptions.dataBits, port.openOptions.parity, port.openOptions.stopBits],
      [8, 'none', 1],
    );
    const heard = new Promise<Uint8Array>((resolve) => line.onData(resolve));
    port.emitData(Buffer.from([0, 0x1a, 0xff, 0x0d]));
    assert.deepEqual([...(await heard)], [0, 0x1a, 0xff, 0x0d]);
    line.write(Buffer.from('AT\r'));
    await port.writeOperation;
    assert.equal(port.recording.toString(), 'AT\r');
    await line.close();
  });

  it('says once when the line goes away, also to who asks afterwards', async () => {
    const { line, device } = await pretended();
    const reasons: string[] = [];
    line.onClose((reason) => reasons.push(reason));
    device.emit('error', new Error('Input/output error'));
    device.emit('close', Object.assign(new Error('unplugged'), { disconnected: true }));
    assert.deepEqual(reasons, ['Input/output error']);
    line.onClose((reason) => reasons.push(`late ${reason}`));
    assert.equal(reasons[1], 'late Input/output error');
    line.write(Buffer.from('x'));
    await line.close();
  });

  it('is silent when it is closed from here', async () => {
    const { line, device } = await pretended();
    line.onClose(() => assert.fail('nobody else closed it'));
    const closed = once(device, 'close');
    await line.close();
    await closed;
    await line.close();
  });

  it('fails when there is no such device', async () => {
    await assert.rejects(SerialLine.open('/dev/not-there', 9_600), /No such file|cannot open/);
  });
});

describe('serial line: a real device', function () {
  this.timeout(120_000);
  let socat: string;
  let device: ModemDevice;
  before(function () {
    socat = pathOrSkip(needs.socat, this);
  });
  beforeEach(async () => {
    device = await ModemDevice.open(socat);
  });
  afterEach(() => device.close());

  it('is refused while another program has it', async () => {
    const first = await SerialLine.open(device.path, 115_200);
    await assert.rejects(SerialLine.open(device.path, 115_200), /lock|busy|temporarily/i);
    await first.close();
    await (await SerialLine.open(device.path, 115_200)).close();
  });

  it('takes a text to the network, and says when the device is unplugged', async () => {
    const phases: string[] = [];
    let hear: () => void = () => undefined;
    const { schedule, openPort } = {
      schedule: realSchedule,
      openPort: (rate: number) => SerialLine.open(device.path, rate),
    };
    const modem = new Modem(
      { schedule, baudRates: [115_200], openPort },
      { pin: '', storage: 'SM', gprs: null },
      new RememberedPins(),
      {
        onPdu: () => undefined,
        onState: ({ phase }) => {
          phases.push(phase);
          hear();
        },
        onLateReference: () => undefined,
      },
    );
    const phase = (wanted: string): Promise<void> =>
      new Promise((resolve) => {
        hear = () => phases.at(-1) === wanted && resolve();
        hear();
      });
    modem.start();
    await phase('ready');
    assert.equal((await modem.submitPdu(SUBMIT_PDU)).state, 'submitted');
    assert.deepEqual(device.modem.sentPdus, [SUBMIT_PDU]);
    await device.unplug();
    await phase('recovering');
    await modem.stop();
  });
});
