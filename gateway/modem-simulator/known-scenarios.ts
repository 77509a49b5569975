import type { Scenario } from './scenario';

/** "Hi" from +9779800000001, as the network delivers it. */
const SAMPLE_PDU = '0891799708930000F0040D91799708000000F100006211127100003202C834';
const STORM = [
  'RING',
  '+CREG: 1',
  '+CMTE: 1',
  'SMS Ready',
  '*PSUTTZ: 2026,11,21,11,30,0,"+23",0',
  '+CIEV: 10,"NTC"',
];

/** Scenarios to try a flow against, by name. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'plain', summary: 'a modem without worries' },
  { name: 'bytes', summary: 'every byte by itself', chunkBytes: 1 },
  {
    name: 'noise',
    summary: 'garbage on the line, also at the start',
    incidents: [
      { when: { atMs: 1 }, what: { kind: 'noise', hex: '00ff80fe4155fd0d0a' } },
      { when: { everyMs: 20_000 }, what: { kind: 'noise', hex: 'e0f80d0a217e230d0a' } },
    ],
  },
  {
    name: 'storm',
    summary: 'unsolicited lines at every moment, inside answers too',
    incidents: [
      { when: { command: 'AT+CMGS' }, what: { kind: 'say', lines: STORM } },
      { when: { command: 'AT+CREG' }, what: { kind: 'say', lines: STORM } },
      { when: { command: 'AT+CMGL' }, what: { kind: 'say', lines: STORM } },
      { when: { everyMs: 7_000 }, what: { kind: 'say', lines: STORM } },
    ],
  },
  {
    name: 'resets',
    summary: 'starts anew every two minutes, as with a weak supply',
    incidents: [{ when: { everyMs: 120_000 }, what: { kind: 'reset' } }],
  },
  {
    name: 'silent-resets',
    summary: 'finds the rate by itself, so that it starts anew without saying so',
    setup: { baudRate: 0 },
    incidents: [{ when: { atMs: 200_000 }, what: { kind: 'reset', isSaid: false } }],
  },
  {
    name: 'sim-pulled',
    summary: 'the SIM is taken out for a minute',
    incidents: [{ when: { atMs: 60_000 }, what: { kind: 'simOut', forMs: 60_000 } }],
  },
  { name: 'pin', summary: 'the SIM wants the PIN 1234', setup: { pin: '1234' } },
  { name: 'puk', summary: 'the SIM is locked', setup: { pin: '1234', pinTries: 0 } },
  {
    name: 'storage-full',
    summary: 'no room for another text',
    setup: { storageSize: 2, storedPdus: [SAMPLE_PDU, SAMPLE_PDU] },
  },
  {
    name: 'no-prompt',
    summary: 'the first text gets no prompt',
    incidents: [{ when: { command: 'AT+CMGS', nth: 1 }, what: { kind: 'noPrompt' } }],
  },
  {
    name: 'silent-after-text',
    summary: 'the first text goes out and nothing is said of it',
    incidents: [{ when: { command: 'AT+CMGS', nth: 1 }, what: { kind: 'silentAfterBody', isSent: true } }],
  },
  {
    name: 'bearer-lost',
    summary: 'the network takes the data bearer away every five minutes',
    incidents: [{ when: { everyMs: 300_000 }, what: { kind: 'bearerLost' } }],
  },
  {
    name: 'dead-connection',
    summary: 'connected, but nothing goes through',
    incidents: [{ when: { atMs: 60_000 }, what: { kind: 'deadConnection' } }],
  },
  {
    name: 'stale-radio',
    summary: 'says it is registered, but nothing goes through the air until the radio is off and on',
    incidents: [{ when: { atMs: 60_000 }, what: { kind: 'staleRadio' } }],
  },
  {
    name: 'deaf',
    summary: 'answers nothing until the port is opened anew',
    incidents: [{ when: { atMs: 60_000 }, what: { kind: 'deaf', cure: 'reopen' } }],
  },
  {
    name: 'half-typed',
    summary: 'an earlier program left in the middle of a message',
    setup: { halfTyped: 'message' },
  },
  {
    name: 'network-lost',
    summary: 'no network for ten minutes',
    incidents: [{ when: { atMs: 60_000 }, what: { kind: 'noNetwork', forMs: 600_000 } }],
  },
  {
    name: 'port-gone',
    summary: 'the line goes away, as when a USB modem is unplugged and put back',
    incidents: [{ when: { everyMs: 180_000 }, what: { kind: 'portGone' } }],
  },
  {
    name: 'far-side-closes',
    summary: 'the far side closes the data connection every minute',
    incidents: [{ when: { everyMs: 60_000 }, what: { kind: 'farSideCloses' } }],
  },
  {
    name: 'incoming',
    summary: 'a text comes in every half minute',
    incidents: [
      { when: { everyMs: 30_000 }, what: { kind: 'receiveText', from: '+9779800000001', text: 'BALANCE' } },
    ],
  },
];
