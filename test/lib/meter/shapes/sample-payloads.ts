/** What a device sends, and what has to come out. */
export interface SamplePayload {
  says: string;
  topic: string;
  payload: string;
  shape: string;
  /** What comes out, without the time when it is the time of arrival. */
  readings?: Record<string, unknown>[];
  live?: Record<string, unknown>[];
  events?: Record<string, unknown>[];
  refused?: [field: string, value: string][];
}

const AT_MS = 1_700_000_000_000;

/** A telegram as in the P1 companion standard of DSMR, shortened and without its checksum. */
export const P1 = [
  '/ISk5\\2MT382-1000',
  '',
  '1-3:0.2.8(50)',
  '0-0:1.0.0(101209113020W)',
  '0-0:96.1.1(4B384547303034303436333935353037)',
  '1-0:1.8.1(123456.789*kWh)',
  '1-0:1.8.2(123456.789*kWh)',
  '1-0:2.8.1(000000.000*kWh)',
  '0-0:96.14.0(0002)',
  '1-0:1.7.0(01.193*kW)',
  '1-0:2.7.0(00.000*kW)',
  '1-0:32.7.0(220.1*V)',
  '1-0:31.7.0(001*A)',
  '0-1:24.2.1(101209112500W)(12785.123*m3)',
  '!',
].join('\r\n');

/** Payloads in formats that many devices share. */
export const SAMPLE_PAYLOADS: SamplePayload[] = [
  {
    says: 'our own JSON',
    topic: 'wk/M1/reading',
    payload: '{"energyWh":1234,"powerW":5,"phases":[{"voltageV":230}]}',
    shape: 'own JSON',
    readings: [{ meterId: 'M1', energyWh: 1234, powerW: 5, phases: [{ voltageV: 230 }] }],
  },
  {
    says: 'our own JSON with the register as a text',
    topic: 'wk/M1/reading',
    payload: '{"energyWh":"1234","voltageV":"230.5"}',
    shape: 'JSON',
    readings: [{ meterId: 'M1', energyWh: 1234, voltageV: 230.5 }],
  },
  {
    says: 'JSON in kWh',
    topic: 'plant/readings',
    payload: '{"meterId":"M7","energy_kwh":1234.567,"ts":1700000000}',
    shape: 'JSON',
    readings: [{ meterId: 'M7', atMs: AT_MS, energyWh: 1_234_567 }],
  },
  {
    says: 'JSON with kwh as a text, a serial number and a time with offset',
    topic: 'readings',
    payload: '{"serial":4711,"kwh":"0.57","time":"2023-11-14T23:13:20+01:00","pf":0.9}',
    shape: 'JSON',
    readings: [{ meterId: '4711', atMs: AT_MS, energyWh: 570, powerFactor: 0.9 }],
  },
  {
    says: "a gateway's frame, each reading as it comes",
    topic: 'wk/gw/reading',
    payload: '[{"meterId":"M1","energyWh":1},{"meterId":"M2","kwh":0.002},{"meterId":"M3","energyWh":-1},7]',
    shape: 'JSON',
    readings: [
      { meterId: 'M1', energyWh: 1 },
      { meterId: 'M2', energyWh: 2 },
    ],
    refused: [
      ['energyWh', '-1'],
      ['payload', '7'],
    ],
  },
  {
    says: 'a frame in columns',
    topic: 'wk/gw/reading',
    payload: '{"meters":["M1","M2","M3"],"atMs":1699999999000,"energyWh":[1,2,2.5],"powerW":[9,null,1]}',
    shape: 'columns',
    readings: [
      { meterId: 'M1', atMs: 1_699_999_999_000, energyWh: 1, powerW: 9 },
      { meterId: 'M2', atMs: 1_699_999_999_000, energyWh: 2 },
    ],
    refused: [['energyWh', '2.5']],
  },
  {
    says: 'key=value',
    topic: 'meters/M9',
    payload: 'energyWh=1200, voltage=230.1 ,power=42',
    shape: 'key=value',
    readings: [{ meterId: 'M9', energyWh: 1200, voltageV: 230.1, powerW: 42 }],
  },
  {
    says: 'key=value between spaces',
    topic: 'x',
    payload: 'meterId=M9 kwh=1.5 pf=0.5',
    shape: 'key=value',
    readings: [{ meterId: 'M9', energyWh: 1500, powerFactor: 0.5 }],
  },
  {
    says: 'key:value as an emonTx prints it',
    topic: 'emon/emontx4',
    payload: 'MSG:12,Vrms:245.10,P:12,kwh:3.25',
    shape: 'key=value',
    readings: [{ meterId: 'emontx4', energyWh: 3250, voltageV: 245.1, powerW: 12 }],
  },
  {
    says: 'a comma for a decimal point',
    topic: 'meters/M9',
    payload: 'energyWh=1200;voltage=230,1',
    shape: 'key=value',
    refused: [['payload', '1']],
  },
  {
    says: 'CSV under a header, one line bad',
    topic: 'plant/csv',
    payload: 'meterId;time;kwh;voltage\nM1;1700000000;1.5;230\nM2;1700000000;2,5;231\n',
    shape: 'CSV',
    readings: [{ meterId: 'M1', atMs: AT_MS, energyWh: 1500, voltageV: 230 }],
    refused: [['kwh', '2,5']],
  },
  {
    says: 'CSV without a header',
    topic: 'plant',
    payload: 'M1,1700000000000,1500,42,230.1,0.2,0.9\nM2,1700000000000,1600',
    shape: 'CSV',
    readings: [
      {
        meterId: 'M1',
        atMs: AT_MS,
        energyWh: 1500,
        powerW: 42,
        voltageV: 230.1,
        currentA: 0.2,
        powerFactor: 0.9,
      },
      { meterId: 'M2', atMs: AT_MS, energyWh: 1600 },
    ],
  },
  {
    says: 'DLMS codes as names',
    topic: 'dlms/reading',
    payload:
      '{"0-0:96.1.0":"1234567","1-0:1.8.0":"001234.567*kWh","1-0:2.8.0*255":42,"32.7.0":{"value":230.1,"unit":"V"},"1.7.0":0,"2.7.0":"0.5 kW","7-0:3.0.0":9}',
    shape: 'DLMS names',
    readings: [
      {
        meterId: 'dlms',
        energyWh: 1_234_567,
        exportWh: 42,
        powerW: -500,
        phases: [{ voltageV: 230.1 }],
      },
    ],
  },
  {
    says: 'DLMS codes in hexadecimal, tariffs without a total',
    topic: 'wk/M1/reading',
    payload: '{"0100010801FF":1000,"0100010802FF":500,"01000E0700FF":"50.01"}',
    shape: 'DLMS names',
    readings: [{ meterId: 'M1', energyWh: 1500, frequencyHz: 50.01, tariffWh: { 1: 1000, 2: 500 } }],
  },
  {
    says: 'DLMS words as names',
    topic: 'wk/M1/reading',
    payload: '{"active_energy_import_total":1000,"Active Energy Export":7,"voltage_l1":230,"currentL2":1.5}',
    shape: 'JSON',
    readings: [
      { meterId: 'M1', energyWh: 1000, exportWh: 7, phases: [{ voltageV: 230 }, { currentA: 1.5 }] },
    ],
  },
  {
    says: 'a P1 telegram',
    topic: 'dsmr/telegram',
    payload: P1,
    shape: 'P1/DSMR',
    readings: [
      {
        meterId: 'K8EG004046395507',
        atMs: Date.UTC(2010, 11, 9, 10, 30, 20),
        energyWh: 246_913_578,
        powerW: 1193,
        phases: [{ voltageV: 220.1, currentA: 1 }],
        tariffWh: { 1: 123_456_789, 2: 123_456_789 },
      },
    ],
  },
  {
    says: 'a P1 telegram with a wrong checksum',
    topic: 'dsmr/telegram',
    payload: `${P1}1234`,
    shape: 'P1/DSMR',
    refused: [['crc', '1234']],
  },
  {
    says: 'a pulse meter that knows its constant',
    topic: 'wk/M5/reading',
    payload: '{"pulses":1234567,"impPerKwh":800}',
    shape: 'JSON',
    readings: [{ meterId: 'M5', energyWh: 1_543_208 }],
  },
  {
    says: 'a pulse meter whose constant nobody knows',
    topic: 'wk/M6/reading',
    payload: '{"pulses":1234567}',
    shape: 'JSON',
    refused: [['impPerKwh', 'missing']],
  },
  {
    says: 'the text meter, its start',
    topic: 'meters/A1',
    payload: 'Meter Started',
    shape: 'text meter',
    events: [{ kind: 'started', meterId: 'A1' }],
  },
  {
    says: 'the text meter, two voltages',
    topic: 'meters/A1',
    payload: '231.5:230.0\r\n',
    shape: 'text meter',
    readings: [{ meterId: 'A1', energyWh: 0, voltageV: 230, currentA: 1.5, powerW: 345 }],
  },
  {
    says: 'the text meter, its relay',
    topic: 'meters/A1',
    payload: 'meter is off',
    shape: 'text meter',
    events: [{ kind: 'relay', meterId: 'A1', reported: 'off' }],
  },
  {
    says: 'a command to the text meter on its own topic',
    topic: 'meters/A1',
    payload: 'data',
    shape: 'text meter',
  },
  {
    says: 'the text meter with a sick converter',
    topic: 'meters/A1',
    payload: 'nan:230',
    shape: 'text meter',
    refused: [['v1', 'nan']],
  },
  {
    says: 'energy without a unit',
    topic: 'meters/A1',
    payload: '{"energy":12.5}',
    shape: 'JSON',
    refused: [['energy', '12.5']],
  },
  {
    says: 'a name that no meter can have',
    topic: 'x',
    payload: '{"meterId":"a/b","kwh":1}',
    shape: 'JSON',
    refused: [['meterId', 'a/b']],
  },
  {
    says: 'flags and a tamper contact',
    topic: 'wk/M1/reading',
    payload: '{"kwh":1,"flags":["low battery"],"coverOpen":true,"magnet":0}',
    shape: 'JSON',
    readings: [{ meterId: 'M1', energyWh: 1000, flags: ['low battery', 'cover-open'] }],
  },
  {
    says: 'broken JSON',
    topic: 'x',
    payload: '{"energyWh":',
    shape: 'unknown',
    refused: [['payload', '{"energyWh":']],
  },
  { says: 'words', topic: 'x', payload: 'hello', shape: 'unknown', refused: [['payload', 'hello']] },
  { says: 'nothing', topic: 'x', payload: '', shape: 'unknown', refused: [['payload', '']] },
];
