import { isUsable, onlyNodeOf } from '../lib/form/config-nodes';
import { accepts, fieldCheck, isFromEnvironment, type FieldCheck } from '../lib/form/field-check';
import { guardPolicy, OWN_HOURS } from '../lib/form/guard-settings';
import { formatAmount, type Micros } from '../lib/money/micros';
import type { Policy } from '../lib/policy/policy';
import { POLICY_PRESETS, type PolicyPreset } from '../lib/policy/policy-presets';
import { moneyFormat } from '../lib/site/money-format';
import { migrateConfig } from '../lib/red/config-migration';
import { errorText } from '../lib/text/to-error';
import { DEFAULTS, MIGRATIONS, SINCE_VERSION_1, type BalanceGuardConfig } from './balance-guard.config';

type Translate = (key: string, values?: Record<string, unknown>) => string;
type GuardNode = BalanceGuardConfig & { _: Translate };
type TextField = Exclude<
  {
    [F in keyof BalanceGuardConfig]: BalanceGuardConfig[F] extends string ? F : never;
  }[keyof BalanceGuardConfig],
  'name' | 'site'
>;
type FlagField = 'warnNextSlab' | 'workdaysOnly';

/** What a field has to fit: it is judged together with these, and with what everybody begins with else. */
const JUDGED_WITH: Readonly<Record<TextField, readonly TextField[]>> = {
  warnBelow: ['cutAt'],
  warnPercents: [],
  warnDaysLeft: [],
  highUsePercent: [],
  cutAt: [],
  warnLeadMinutes: [],
  freshMinutes: [],
  maxCutsPerHour: [],
  preset: [],
  cutFrom: [],
  cutTo: ['cutFrom'],
  emergencyMode: [],
  emergencyAmount: ['emergencyMode'],
  emergencyBelow: ['emergencyMode', 'cutAt'],
  overloadLimitW: [],
  policy: [],
};
const TEXT_FIELDS = Object.keys(JUDGED_WITH) as TextField[];
/** The least a policy can ask, so that one field is judged for itself. */
const LEAST: BalanceGuardConfig = {
  ...DEFAULTS,
  warnBelow: '',
  warnPercents: '',
  warnDaysLeft: '',
  cutTo: '24:00',
};

function check(field: TextField): { value: string; validate: FieldCheck<GuardNode> } {
  const isGood = (text: string | undefined, node: GuardNode): boolean =>
    text === undefined || isFromEnvironment(text) || faultOf(field, text, node) === null;
  return { value: DEFAULTS[field], validate: fieldCheck<GuardNode>(isGood, `balance-guard.error.${field}`) };
}

/** A policy of one's own is told what is wrong in the words of the running node. */
function checkWritten(this: GuardNode, text: string | undefined, _options?: object): true | string {
  if (text === undefined || isFromEnvironment(text)) return true;
  const reason = faultOf('policy', text, this);
  return reason === null || this._('balance-guard.error.policy', { reason });
}

RED.nodes.registerType<BalanceGuardConfig>('balance-guard', {
  category: 'prepaid',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    site: {
      value: DEFAULTS.site,
      type: 'prepaid-site',
      validate: fieldCheck((id) => isUsable(RED.nodes.node(id)), 'balance-guard.error.site'),
    },
    warnBelow: check('warnBelow'),
    warnPercents: check('warnPercents'),
    warnDaysLeft: check('warnDaysLeft'),
    warnNextSlab: { value: DEFAULTS.warnNextSlab },
    highUsePercent: check('highUsePercent'),
    cutAt: check('cutAt'),
    warnLeadMinutes: check('warnLeadMinutes'),
    freshMinutes: check('freshMinutes'),
    maxCutsPerHour: check('maxCutsPerHour'),
    preset: check('preset'),
    cutFrom: check('cutFrom'),
    cutTo: check('cutTo'),
    workdaysOnly: { value: DEFAULTS.workdaysOnly },
    emergencyMode: check('emergencyMode'),
    emergencyAmount: check('emergencyAmount'),
    emergencyBelow: check('emergencyBelow'),
    overloadLimitW: check('overloadLimitW'),
    policy: { value: DEFAULTS.policy, validate: checkWritten },
  },
  inputs: 1,
  outputs: 4,
  icon: 'balance-guard.svg',
  paletteLabel: 'balance guard',
  label() {
    return this.name || this._('balance-guard.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('balance-guard.port.input');
  },
  outputLabels(port) {
    return [
      this._('balance-guard.port.account'),
      this._('balance-guard.port.relay'),
      this._('balance-guard.port.notice'),
      this._('balance-guard.port.answer'),
    ][port];
  },
  oneditprepare() {
    const node = this as GuardNode;
    const today = migrateConfig<BalanceGuardConfig>(this, MIGRATIONS, DEFAULTS);
    offerPresets(node);
    for (const field of SINCE_VERSION_1) $(`#node-input-${field}`).val(today[field]);
    $('#node-input-warnNextSlab').prop('checked', today.warnNextSlab);
    const onlySite = onlyNodeOf('prepaid-site', RED.nodes);
    if (!this.site && onlySite) $('#node-input-site').val(onlySite);
    const show = (): void => showWhatFits(node);
    $('#dialog-form').on('input change', 'input, select, textarea', show);
    show();
  },
  oneditsave() {
    this.configVersion = DEFAULTS.configVersion;
  },
});

/** While the dialog is open its fields count, since one can make another good or bad; else what is saved. */
function textOf(field: TextField, node: GuardNode): string {
  const text = ($(`#node-input-${field}`).val() ?? node[field]) as string | undefined;
  return (text ?? DEFAULTS[field]).trim();
}

function isSet(field: FlagField): boolean {
  return $(`#node-input-${field}`).prop('checked') === true;
}

/** What is wrong with a field, or null. A field that it has to fit is left out when that one is wrong by itself. */
function faultOf(field: TextField, text: string, node: GuardNode): string | null {
  const settings: BalanceGuardConfig = { ...LEAST, [field]: text };
  for (const other of JUDGED_WITH[field]) {
    const value = textOf(other, node);
    if (!isFromEnvironment(value) && reasonAgainst({ ...LEAST, [other]: value }) === null)
      settings[other] = value;
  }
  return reasonAgainst(settings);
}

function reasonAgainst(settings: BalanceGuardConfig): string | null {
  try {
    guardPolicy(settings);
    return null;
  } catch (error) {
    return errorText(error);
  }
}

function offerPresets(node: GuardNode): void {
  const menu = $('#node-input-preset').empty();
  const add = (id: string, title: string): void => void $('<option>').val(id).text(title).appendTo(menu);
  add(OWN_HOURS, node._('balance-guard.preset.own'));
  for (const { id, title } of POLICY_PRESETS) add(id, title);
}

function showWhatFits(node: GuardNode): void {
  const preset = POLICY_PRESETS.find(({ id }) => id === textOf('preset', node));
  const sections = preset?.override ?? {};
  $('#balance-guard-preset-source').text(preset?.source ?? '');
  $('.balance-guard-hours').toggle(!('noCut' in sections));
  $('.balance-guard-emergency').toggle(!('emergency' in sections));
  $('.balance-guard-emergency-amounts').toggle(
    !('emergency' in sections) && textOf('emergencyMode', node) !== 'off',
  );
  $('.balance-guard-percents').toggle(!sections.warnings?.percentagesPpm);
  const { currency, timeZone } = chosenSite();
  $('.balance-guard-currency').text(currency);
  $('#balance-guard-time-zone').text(timeZone);
  const settings = settingsOf(node);
  const fault = settings && reasonAgainst(settings);
  $('#balance-guard-policy-fault').text(
    textOf('policy', node) === '' ? '' : (faultOf('policy', textOf('policy', node), node) ?? fault ?? ''),
  );
  const summary =
    settings && fault === null
      ? policySummary(guardPolicy(settings), currency, hoursOf(node, settings, preset), node._.bind(node))
      : node._('balance-guard.summary.unclear');
  $('#balance-guard-summary').text(summary);
}

/** All settings of the dialog; null when some come from the environment, which nobody can judge before the start. */
function settingsOf(node: GuardNode): BalanceGuardConfig | null {
  const texts = TEXT_FIELDS.map((field) => [field, textOf(field, node)] as const);
  if (texts.some(([, text]) => isFromEnvironment(text))) return null;
  return {
    ...DEFAULTS,
    ...(Object.fromEntries(texts) as Pick<BalanceGuardConfig, TextField>),
    warnNextSlab: isSet('warnNextSlab'),
    workdaysOnly: isSet('workdaysOnly'),
  };
}

/** When somebody may be cut, in a sentence. */
function hoursOf(node: GuardNode, settings: BalanceGuardConfig, preset: PolicyPreset | undefined): string {
  if (preset?.override.noCut) return node._('balance-guard.summary.preset', { preset: preset.title });
  const { cutFrom: from, cutTo: to, workdaysOnly } = settings;
  if (/^0?0:00$/.test(from) && to === '24:00')
    return node._(workdaysOnly ? 'balance-guard.summary.workdays' : 'balance-guard.summary.always');
  const key = workdaysOnly ? 'balance-guard.summary.workday-hours' : 'balance-guard.summary.daily-hours';
  return node._(key, { from, to });
}

function chosenSite(): { currency: string; timeZone: string } {
  const site = RED.nodes.node(String($('#node-input-site').val()));
  const { currency = '', timeZone = '' } = (site ?? {}) as { currency?: string; timeZone?: string };
  return { currency, timeZone };
}

const MS_PER_MINUTE = 60_000;
const PPM_PER_PERCENT = 10_000;

/** A policy as a person would say it, so that a slip is seen before it is deployed. */
function policySummary(policy: Policy, currency: string, hours: string, text: Translate): string {
  const { cut, warnings, emergency, overload, fleet } = policy;
  const money = (amount: Micros): string => moneyText(amount, currency);
  const lines = [
    ...warnings.amountsMicros.map(money),
    ...warnings.percentagesPpm.map((ppm) => `${ppm / PPM_PER_PERCENT} %`),
    ...warnings.daysLeft.map((days) => text('balance-guard.summary.days', { days })),
  ];
  const values = {
    lines: lines.join(', '),
    cutAt: money(cut.atMicros),
    leadMinutes: warnings.leadMs / MS_PER_MINUTE,
    freshMinutes: cut.freshWithinMs / MS_PER_MINUTE,
    maxCuts: fleet.leastCuts,
    percent: fleet.partPpm / PPM_PER_PERCENT,
    limit: overload.limitW,
    emergency: emergency.amountMicros === null ? '' : money(emergency.amountMicros),
  };
  return [
    text(lines.length > 0 ? 'balance-guard.summary.warned' : 'balance-guard.summary.not-warned', values),
    text(
      warnings.leadMs > 0 ? 'balance-guard.summary.after-warning' : 'balance-guard.summary.at-once',
      values,
    ),
    hours,
    text('balance-guard.summary.brakes', values),
    ...(emergency.mode === 'off' ? [] : [text('balance-guard.summary.emergency', values)]),
    ...(overload.limitW === null ? [] : [text('balance-guard.summary.overload', values)]),
    text('balance-guard.summary.restore', values),
  ].join(' ');
}

/** As the site writes money, but never rounded: a limit is shown as it acts. */
function moneyText(amount: Micros, currency: string): string {
  if (!accepts(() => moneyFormat(currency))) return formatAmount(amount);
  const { currency: code, decimals } = moneyFormat(currency);
  return `${code} ${formatAmount(amount, decimals)}`;
}
