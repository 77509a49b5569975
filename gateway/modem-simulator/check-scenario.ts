import { type Incident, type Mishap, type ModemSetup, PLAIN_SETUP, type Scenario } from './scenario';

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const isDuration: Check = (value) => typeof value === 'number' && value > 0;
const isHex: Check = (value) => typeof value === 'string' && /^([0-9A-Fa-f]{2})+$/.test(value);
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isHexList: Check = (value) => Array.isArray(value) && value.every(isHex);
const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const oneOf =
  (...choices: readonly string[]): Check =>
  (value) =>
    choices.includes(value as string);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

/** What each kind of mishap needs to be told. */
const MISHAPS: Readonly<Record<Mishap['kind'], Readonly<Record<string, Check>>>> = {
  silence: { isCarriedOut: isFlag },
  answer: { lines: isTexts },
  say: { lines: isTexts },
  noise: { hex: isHex },
  noPrompt: {},
  silentAfterBody: { isSent: isFlag, lateByMs: maybe(isDuration) },
  reset: { isSaid: maybe(isFlag) },
  simOut: { forMs: isDuration },
  noNetwork: { forMs: isDuration },
  staleRadio: {},
  deaf: { cure: oneOf('reopen', 'powerKey') },
  receive: { pdu: isHex },
  receiveText: { from: isText, text: isText },
  farSideCloses: {},
  bearerLost: {},
  deadConnection: {},
  portGone: {},
};

const OCCASIONS: readonly Readonly<Record<string, Check>>[] = [
  { atMs: isCount },
  { everyMs: isDuration },
  { command: isText, nth: maybe(isDuration) },
];

/** Fields of the setup that the type of their plain value does not say enough of. */
const SETUP: Partial<Record<keyof ModemSetup, Check>> = {
  storedPdus: isHexList,
  halfTyped: oneOf('nothing', 'message', 'data'),
  ussd: (value) => isRecord(value) && Object.values(value).every(isText),
};

const has = (fields: Fields, checks: Readonly<Record<string, Check>>): boolean =>
  Object.keys(fields).every((field) => field in checks) &&
  Object.entries(checks).every(([field, check]) => check(fields[field]));

function checkIncident(value: unknown, at: number): Incident {
  const fail = (what: string): RangeError => new RangeError(`incidents[${at}].${what}`);
  if (!isRecord(value)) throw new RangeError(`incidents[${at}] must be an object with when and what`);
  const { when, what } = value;
  if (!isRecord(when) || !OCCASIONS.some((checks) => has(when, checks)))
    throw fail('when must be {atMs}, {everyMs} or {command, nth}');
  const kind = isRecord(what) ? what['kind'] : undefined;
  const checks =
    typeof kind === 'string' && Object.hasOwn(MISHAPS, kind) ? MISHAPS[kind as Mishap['kind']] : null;
  if (!checks) throw fail(`what.kind must be one of ${Object.keys(MISHAPS).join(', ')}`);
  if (!has(what as Fields, { kind: isText, ...checks }))
    throw fail(`what of kind ${String(kind)} needs ${Object.keys(checks).join(', ') || 'nothing more'}`);
  return value as unknown as Incident;
}

function checkSetup(value: unknown): Partial<ModemSetup> {
  if (!isRecord(value)) throw new RangeError('setup must be an object');
  for (const [field, given] of Object.entries(value)) {
    if (!Object.hasOwn(PLAIN_SETUP, field))
      throw new RangeError(`setup.${field} is unknown; there are ${Object.keys(PLAIN_SETUP).join(', ')}`);
    const plain = PLAIN_SETUP[field as keyof ModemSetup];
    const check = SETUP[field as keyof ModemSetup] ?? (typeof plain === 'number' ? isCount : undefined);
    if (!(check ? check(given) : typeof given === typeof plain))
      throw new RangeError(`setup.${field} must be like ${JSON.stringify(plain)}`);
  }
  return value;
}

/** A scenario out of somebody's file, or a sentence that names what is wrong in it. */
export function checkScenario(value: unknown, name: string): Scenario {
  if (!isRecord(value)) throw new RangeError('a scenario is an object');
  const { summary = '', setup = {}, chunkBytes = 0, incidents = [] } = value;
  if (typeof summary !== 'string') throw new RangeError('summary must be a text');
  if (typeof chunkBytes !== 'number' || !isCount(chunkBytes))
    throw new RangeError('chunkBytes must be a whole number from 0');
  if (!Array.isArray(incidents)) throw new RangeError('incidents must be a list');
  return { name, summary, setup: checkSetup(setup), chunkBytes, incidents: incidents.map(checkIncident) };
}
