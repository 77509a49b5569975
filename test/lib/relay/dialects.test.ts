import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { SupplyState } from '../../../nodes/lib/ledger/account';
import {
  confirmationOf,
  DIALECT_NAMES,
  dialectNamed,
  parseRelayEntry,
  writeCommand,
} from '../../../nodes/lib/relay/dialects';
import type { DialectContext, RelayWord } from '../../../nodes/lib/relay/dialects/dialect';
import { signedText } from '../../../nodes/lib/relay/dialects/own-json';
import { RelayEars } from '../../../nodes/lib/relay/relay-ears';
import { CONTEXT } from './relay-world';

const COMMAND = { commandId: 'M1-7', version: 7, issuedMs: 1_700_000_000_000, expiresMs: 1_700_000_300_000 };

function write(
  relay: { dialect: string } & Record<string, unknown>,
  desired: SupplyState,
  { arm = false, context = CONTEXT }: { arm?: boolean; context?: DialectContext } = {},
): { topic: string; payload: unknown }[] {
  const { dialect, settings } = parseRelayEntry('M1', relay);
  return writeCommand(dialect, { ...COMMAND, meterId: 'M1', desired, arm, settings }, context);
}

const hex = (payload: unknown): string => Buffer.from(payload as Uint8Array).toString('hex');
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const read = (relay: { dialect: string } & Record<string, unknown>, payload: unknown): RelayWord | null => {
  const { dialect, settings } = parseRelayEntry('M1', relay);
  return dialectNamed(dialect).read?.(payload, settings) ?? null;
};
const on: RelayWord = { reported: 'on', isArmed: false };
const off: RelayWord = { reported: 'off', isArmed: false };

describe('relay dialects over MQTT', () => {
  for (const [relay, topic, words] of [
    [{ dialect: 'text' }, 'wk/M1/command', ['ON', 'OFF']],
    [{ dialect: 'text', topic: 'house7/in' }, 'house7/in', ['ON', 'OFF']],
    [{ dialect: 'tasmota', device: 'plug1' }, 'cmnd/plug1/POWER', ['ON', 'OFF']],
    [{ dialect: 'tasmota', device: 'plug1', channel: 2 }, 'cmnd/plug1/POWER2', ['ON', 'OFF']],
    [
      { dialect: 'shelly-gen1', device: 'shelly1pm-A1' },
      'shellies/shelly1pm-A1/relay/0/command',
      ['on', 'off'],
    ],
    [
      { dialect: 'zigbee2mqtt', device: 'socket' },
      'zigbee2mqtt/socket/set',
      ['{"state":"ON"}', '{"state":"OFF"}'],
    ],
    [
      { dialect: 'zigbee2mqtt', device: 'socket', channel: 2 },
      'zigbee2mqtt/socket/set',
      ['{"state_l2":"ON"}', '{"state_l2":"OFF"}'],
    ],
    [{ dialect: 'esphome', device: 'board', entity: 'load' }, 'board/switch/load/command', ['ON', 'OFF']],
    [
      { dialect: 'home-assistant', topic: 'ha/pump/set', textOn: '1', textOff: '0' },
      'ha/pump/set',
      ['1', '0'],
    ],
  ] as const) {
    it(`${JSON.stringify(relay)} speaks to ${topic}`, () => {
      assert.deepEqual(write(relay, 'on'), [{ topic, payload: words[0] }]);
      assert.deepEqual(write(relay, 'off'), [{ topic, payload: words[1] }]);
    });
  }

  it('Shelly since its second generation is called by its RPC', () => {
    const [message] = write({ dialect: 'shelly-gen2', device: 'plus1pm', channel: 1 }, 'off');
    assert.equal(message?.topic, 'plus1pm/rpc');
    assert.deepEqual(JSON.parse(String(message.payload)), {
      id: 7,
      src: 'wattkeeper/M1',
      method: 'Switch.Set',
      params: { id: 1, on: false },
    });
  });

  // What the device itself says afterwards has to lead back to the same relay.
  for (const [relay, topic, payload] of [
    [{ dialect: 'text', device: 'house7' }, 'house7/out', 'meter is off'],
    [{ dialect: 'tasmota', device: 'plug1' }, 'stat/plug1/RESULT', '{"POWER":"OFF"}'],
    [{ dialect: 'tasmota', device: 'plug1', channel: 2 }, 'stat/plug1/POWER2', 'OFF'],
    [{ dialect: 'tasmota', device: 'plug1' }, 'tele/plug1/STATE', '{"POWER":"OFF"}'],
    [{ dialect: 'shelly-gen1', device: 'shelly1pm-A1' }, 'shellies/shelly1pm-A1/relay/0', 'off'],
    [{ dialect: 'shelly-gen1', device: 'shelly25', channel: 1 }, 'shellies/shelly25/relay/1', 'off'],
    [{ dialect: 'shelly-gen2', device: 'plus1pm' }, 'plus1pm/status/switch:0', '{"id":0,"output":false}'],
    [
      { dialect: 'shelly-gen2', device: 'plus2pm', channel: 1 },
      'plus2pm/events/rpc',
      '{"method":"NotifyStatus","params":{"ts":1,"switch:1":{"id":1,"output":false}}}',
    ],
    [
      { dialect: 'zigbee2mqtt', device: 'socket' },
      'zigbee2mqtt/socket',
      '{"state":"OFF","energy":1,"power":0}',
    ],
    [{ dialect: 'zigbee2mqtt', device: 'socket', channel: 2 }, 'zigbee2mqtt/socket', '{"state_l2":"OFF"}'],
    [{ dialect: 'esphome', device: 'board', entity: 'load' }, 'board/switch/load/state', 'OFF'],
  ] as const) {
    it(`${JSON.stringify(relay)} is heard on ${topic}`, () => {
      const { dialect, settings } = parseRelayEntry('M1', relay);
      const heard = new RelayEars().hear(topic, Buffer.from(payload), 0);
      const device = dialectNamed(dialect).reportsAs('M1', settings);
      assert.deepEqual(heard, [{ device, reported: 'off', isBack: false }]);
    });
  }

  it('a switch that Home Assistant knows is heard where its discovery says', () => {
    const ears = new RelayEars();
    const discovery = {
      state_topic: 'attic/pump',
      command_topic: 'attic/pump/set',
      payload_off: '0',
      payload_on: '1',
    };
    ears.hear('homeassistant/switch/pump/config', JSON.stringify(discovery), 0);
    assert.deepEqual(ears.hear('attic/pump', '0', 0), [{ device: 'pump', reported: 'off', isBack: false }]);
  });

  it('hears that a device is back, and nothing in what is about other things', () => {
    const ears = new RelayEars();
    assert.deepEqual(ears.hear('tele/plug1/LWT', 'Online', 0), [
      { device: 'plug1', reported: null, isBack: true },
    ]);
    for (const [topic, payload] of [
      ['stat/plug1/RESULT', '{"Dimmer":3}'],
      ['tele/plug1/SENSOR', '{"ENERGY":{"Total":1}}'],
      ['any/thing', '{"a'],
      ['', '\u0000'],
    ] as const)
      assert.deepEqual(ears.hear(topic, payload, 0), []);
  });
});

describe('our own signed command', () => {
  const keyed = (key: string): DialectContext => ({
    ...CONTEXT,
    sign: (_meterId, text) => createHmac('sha256', key).update(text).digest('hex'),
  });
  const signatureOf = (key: string): unknown =>
    (
      JSON.parse(String(write({ dialect: 'json' }, 'off', { context: keyed(key) })[0]?.payload)) as {
        signature: string;
      }
    ).signature;

  it('is signed over every field that matters', () => {
    assert.equal(signatureOf('site key'), '07c8a388aa4a3a4ec5970b22b884c84ae16b46216d3cbe464e1d3cf37e29b8d9');
    assert.notEqual(signatureOf('other key'), signatureOf('site key'));
    const fields = { commandId: 'M1-7', desired: 'off', version: 7, expiresMs: 5, arm: false };
    const texts = new Set([
      signedText('M1', fields),
      signedText('M2', fields),
      signedText('M1', { ...fields, desired: 'on' }),
      signedText('M1', { ...fields, version: 8 }),
      signedText('M1', { ...fields, expiresMs: 6 }),
      signedText('M1', { ...fields, commandId: 'M1-8' }),
      signedText('M1', { ...fields, arm: true }),
    ]);
    assert.equal(texts.size, 7);
  });

  it('goes without a signature where there is no key', () => {
    const [message] = write({ dialect: 'json' }, 'off');
    assert.deepEqual(JSON.parse(String(message?.payload)), {
      commandId: 'M1-7',
      desired: 'off',
      version: 7,
      expiresMs: COMMAND.expiresMs,
    });
  });
});

describe('relay dialects over a wire', () => {
  // Frames were computed apart from this code.
  it('DDS238: function 16 to register 0x1A, then reads it back', () => {
    const relay = { dialect: 'dds238', unit: 3 };
    assert.deepEqual(
      write(relay, 'on').map(({ payload }) => payload),
      [
        { fc: 16, unitid: 3, address: 0x1a, quantity: 1, value: [1] },
        { fc: 3, unitid: 3, address: 0x1a, quantity: 1 },
      ],
    );
    assert.deepEqual(
      write({ ...relay, form: 'frame' }, 'on').map(({ payload }) => hex(payload)),
      ['0310001a00010200017cca', '0303001a0001a42f'],
    );
    assert.deepEqual(read(relay, bytes('03030200010044')), on);
    assert.deepEqual(read(relay, bytes('0303020000c184')), off);
    assert.equal(read(relay, bytes('03030200010045')), null, 'a wrong CRC says nothing');
    assert.equal(read({ ...relay, unit: 4 }, bytes('03030200010044')), null, 'another slave says nothing');
    assert.deepEqual(read(relay, [0]), off);
    assert.equal(read(relay, [7]), null);
  });

  it('a Modbus coil: function 5, then reads it back', () => {
    const relay = { dialect: 'modbus-coil', unit: 1, register: 13 };
    assert.deepEqual(
      write({ ...relay, form: 'frame' }, 'on').map(({ payload }) => hex(payload)),
      ['0105000dff001df9', '0101000d00016c09'],
    );
    assert.deepEqual(write(relay, 'off')[0]?.payload, {
      fc: 5,
      unitid: 1,
      address: 13,
      quantity: 1,
      value: false,
    });
    assert.deepEqual(read(relay, bytes('010101019048')), on);
    assert.deepEqual(read(relay, bytes('010101fed008')), off);
    assert.equal(read(relay, bytes('0105000dff001df9')), null, 'the echo of a write is no proof');
    assert.deepEqual(read(relay, [true]), on);
  });

  it('DL/T 645: trip and close with the password and the time of expiry, then the status word', () => {
    const relay = { dialect: 'dlt645', address: '123456789012' };
    assert.deepEqual(
      write(relay, 'off').map(({ payload }) => hex(payload)),
      [
        'fefefefe68129078563412681c1035896745333333334d3375384a3c36592a16',
        'fefefefe68129078563412681104363833377316',
      ],
    );
    const order = (payload: unknown): number => ((payload as Uint8Array)[22] ?? 0) - 0x33;
    assert.equal(order(write(relay, 'off')[0]?.payload), 0x1a);
    assert.equal(order(write(relay, 'on')[0]?.payload), 0x1c);
    assert.equal(order(write(relay, 'on', { arm: true })[0]?.payload), 0x1b);
    assert.deepEqual(read(relay, bytes('681290785634126891063638333743336b16')), off);
    assert.deepEqual(read(relay, bytes('fefe681290785634126891063638333733335b16')), on);
    assert.deepEqual(read(relay, bytes('fefe68129078563412689c002216')), { reported: null, isArmed: true });
    assert.equal(
      read(relay, bytes('681290785634126891063638333743336c16')),
      null,
      'a wrong sum says nothing',
    );
    assert.equal(
      read({ ...relay, address: '123456789013' }, bytes('681290785634126891063638333743336b16')),
      null,
      'another meter on the wire says nothing',
    );
    for (let length = 0; length < 18; length += 1)
      assert.equal(read(relay, bytes('681290785634126891063638333743336b16').subarray(0, length)), null);
    const context = { ...CONTEXT, devicePassword: 'secret' };
    assert.throws(() => write(relay, 'off', { context }), /device password must be eight digits/);
  });

  it('DLMS: the methods of the disconnect control, and its control state', () => {
    const relay = { dialect: 'dlms' };
    const [act, ask] = write(relay, 'off').map(({ payload }) => payload as Record<string, unknown>);
    assert.deepEqual([act?.['classId'], act?.['obis'], act?.['method']], [70, '0.0.96.3.10.255', 1]);
    assert.equal(hex(act?.['apdu']), 'c301c1004600006003' + '0aff01010f00');
    assert.equal(hex(ask?.['apdu']), 'c001c1004600006003' + '0aff0300');
    assert.equal((write(relay, 'on')[0]?.payload as { method: number }).method, 2);
    assert.deepEqual(read(relay, bytes('c401c1001601')), on);
    assert.deepEqual(read(relay, bytes('c401c1001600')), off);
    assert.deepEqual(read(relay, { controlState: 2 }), { reported: 'off', isArmed: true });
    assert.equal(read(relay, bytes('c401c10102')), null, 'a refusal says nothing about the relay');
  });

  it('serial text: as it is configured, with line ends written out', () => {
    const relay = {
      dialect: 'serial',
      textOn: 'R1=1\\r\\n',
      textOff: 'R1=0\\r\\n',
      textIsOn: 'R1:1',
      textIsOff: 'R1:0',
    };
    assert.equal(write(relay, 'off')[0]?.payload, 'R1=0\r\n');
    assert.deepEqual(read(relay, Buffer.from('R1:0\r\n')), off);
    assert.deepEqual(read(relay, 'R1:1'), on);
    assert.equal(read(relay, 'R2:1'), null);
    assert.equal(confirmationOf('serial', { textOn: 'x' }), 'none');
    assert.equal(confirmationOf('serial', { textIsOn: 'x' }), 'report');
  });
});

describe('the relay of a registration', () => {
  it('is our own JSON when nothing is said', () => {
    assert.deepEqual(parseRelayEntry('M1', undefined), { dialect: 'json', settings: {}, device: 'M1' });
  });

  for (const [relay, says] of [
    [{ dialect: 'morse' }, /relay\.dialect must be one of json.*got "morse"/],
    [{ dialect: 'dds238' }, /relay\.unit is missing/],
    [{ dialect: 'dds238', unit: 248 }, /relay\.unit must be a whole number from 1 to 247, got "248"/],
    [{ dialect: 'tasmota', device: 'a/+/b' }, /relay\.device must be a name/],
    [{ dialect: 'tasmota', topic: 'cmnd/#' }, /relay\.topic must be a topic/],
    [{ dialect: 'dlt645', address: '12' }, /relay\.address must be twelve digits/],
    [{ dialect: 'gpio' }, /relay\.line is missing/],
    [{ dialect: 'gpio', line: '--daemonize' }, /relay\.line must be the name of a line/],
    [{ dialect: 'gpio', line: 'GPIO17=1' }, /relay\.line must be the name of a line/],
    [
      { dialect: 'latching', onLine: 'A', offLine: 'B', pulseMs: 1_001 },
      /relay\.pulseMs must be from 10 to 1000/,
    ],
    [{ dialect: 'latching', onLine: 'A', offLine: 'A' }, /another line/],
    [{ dialect: 'serial', textOn: 'x' }, /relay\.textOff is missing/],
    [{ dialect: 'json', colour: 'red' }, /relay\.colour is not known/],
    [{ dialect: 'json', confirm: 'maybe' }, /relay\.confirm must be report, power or none/],
    ['on', /relay must be an object/],
  ] as const) {
    it(`refuses ${JSON.stringify(relay)}`, () => {
      assert.throws(() => parseRelayEntry('M1', relay), says);
    });
  }

  it('names every dialect in the table', () => {
    assert.equal(DIALECT_NAMES.length, 15);
    assert.throws(() => dialectNamed('constructor'), /unknown relay dialect/);
  });
});
