import type { Incident, Mishap } from '../../../gateway/modem-simulator/scenario';

export const SEED = Number(process.env['WATTKEEPER_SEED'] ?? Date.now() % 0x7fffffff);
export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

/** Numbers from 0 to below 1 that the seed decides (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

const STORM = ['RING', '+CREG: 1', '+CMTE: 1', '+CLIP: "+9779800000001",145,"",0,"",0'];

/** What befalls the modem by the clock; each is drawn equally often. */
export const BLOWS: readonly Mishap[] = [
  { kind: 'reset' },
  { kind: 'simOut', forMs: MINUTE_MS },
  { kind: 'noNetwork', forMs: 8 * MINUTE_MS },
  { kind: 'staleRadio' },
  { kind: 'deaf', cure: 'reopen' },
  { kind: 'portGone' },
  { kind: 'noise', hex: 'ff00e0c3b10d0a41540d0a' },
  { kind: 'say', lines: STORM },
  { kind: 'bearerLost' },
  { kind: 'farSideCloses' },
  { kind: 'deadConnection' },
];

const PER_COMMAND: readonly [command: string, what: Mishap][] = [
  ['AT+CMGS', { kind: 'noPrompt' }],
  ['AT+CMGS', { kind: 'silentAfterBody', isSent: true }],
  ['AT+CMGS', { kind: 'silentAfterBody', isSent: true, lateByMs: 62_000 }],
  ['AT+CMGS', { kind: 'silentAfterBody', isSent: false }],
  ['AT+CMGS', { kind: 'reset' }],
  ['AT+CMGS', { kind: 'answer', lines: ['+CMS ERROR: 42'] }],
  ['AT+CREG?', { kind: 'silence', isCarriedOut: false }],
  ['AT+CMGL', { kind: 'say', lines: STORM }],
  ['AT+CMGR', { kind: 'silence', isCarriedOut: true }],
  ['AT+CMGD', { kind: 'silence', isCarriedOut: true }],
  ['AT+CMGD', { kind: 'reset' }],
  ['AT+CPMS', { kind: 'answer', lines: ['ERROR'] }],
  ['AT+CIPSEND', { kind: 'noPrompt' }],
  ['AT+CIPSEND', { kind: 'silentAfterBody', isSent: true }],
  ['AT+CIPRXGET=2', { kind: 'silence', isCarriedOut: true }],
  ['AT+CIPSTATUS', { kind: 'silence', isCarriedOut: false }],
  ['AT+CIICR', { kind: 'silence', isCarriedOut: false }],
];

export function randomIncidents(random: () => number): Incident[] {
  return Array.from({ length: 150 }, () => {
    const [command, what] = PER_COMMAND[Math.floor(random() * PER_COMMAND.length)]!;
    return { when: { command, nth: 1 + Math.floor(random() * 300) }, what };
  });
}
