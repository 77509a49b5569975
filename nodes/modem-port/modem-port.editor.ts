import { accepts, fieldCheck, isFromEnvironment } from '../lib/form/field-check';
import { quoted } from '../lib/modem/at-fields';
import {
  accessPointOf,
  balanceCodeOf,
  baudRatesOf,
  checkPin,
  countryOf,
  limitsOf,
  monthIn,
  powerKeyOf,
  prefixesOf,
  targetOf,
  wholeSetting,
} from '../lib/modem/port-settings';
import { COUNTRY_CODES } from '../lib/sms/country-numbers';
import { DEFAULTS, type ModemPortConfig } from './modem-port.config';

type PortNode = ModemPortConfig & {
  id: string;
  _(key: string, values?: Record<string, unknown>): string;
};

/** While the dialog is open its fields count, and one can make another good or bad; else what is saved. */
function fieldOf(node: PortNode, field: 'via' | 'mode' | 'target' | 'powerKeyLine'): string {
  return String($(`#node-config-input-${field}`).val() ?? node[field]);
}

const isSerial = (node: PortNode): boolean => fieldOf(node, 'via') === 'serial';
const hasData = (node: PortNode): boolean => fieldOf(node, 'mode') !== 'sms';

const hasPowerKey = (node: PortNode): boolean => fieldOf(node, 'powerKeyLine').trim() !== '';
/** A pulse is judged by itself, whatever the line is called. */
const pressed = (powerKeyPulseMs: string) => ({ ...DEFAULTS, powerKeyLine: 'GPIO27', powerKeyPulseMs });

/** What comes from the environment is judged when the flow starts. */
const isGood = (text: string, read: () => unknown): boolean => isFromEnvironment(text) || accepts(read);

const limit =
  (field: 'maxWaiting' | 'messagesPerHour' | 'monthlyBudget' | 'urgentReserve') => (text: string) =>
    isGood(text, () => limitsOf({ ...DEFAULTS, [field]: text }));

RED.nodes.registerType<ModemPortConfig>('modem-port', {
  category: 'config',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    via: { value: DEFAULTS.via },
    path: {
      value: DEFAULTS.path,
      validate: fieldCheck<PortNode>(
        (path, node) => !isSerial(node) || path.trim() !== '',
        'modem-port.error.path',
      ),
    },
    baudRate: {
      value: DEFAULTS.baudRate,
      validate: fieldCheck<PortNode>(
        (rate, node) => !isSerial(node) || isGood(rate, () => baudRatesOf(rate)),
        'modem-port.error.baud-rate',
      ),
    },
    host: {
      value: DEFAULTS.host,
      validate: fieldCheck<PortNode>(
        (host, node) => isSerial(node) || host.trim() !== '',
        'modem-port.error.host',
      ),
    },
    port: {
      value: DEFAULTS.port,
      validate: fieldCheck<PortNode>(
        (port, node) => isSerial(node) || isGood(port, () => wholeSetting('port', port, 1, 65_535)),
        'modem-port.error.port',
      ),
    },
    mode: { value: DEFAULTS.mode },
    storage: { value: DEFAULTS.storage },
    country: {
      value: DEFAULTS.country,
      validate: fieldCheck(
        (country) => isGood(country, () => countryOf(country)),
        'modem-port.error.country',
      ),
    },
    timeZone: {
      value: Intl.DateTimeFormat().resolvedOptions().timeZone || DEFAULTS.timeZone,
      validate: fieldCheck((zone) => isGood(zone, () => monthIn(zone)), 'modem-port.error.time-zone'),
    },
    allowShortCodes: { value: DEFAULTS.allowShortCodes },
    allow: {
      value: DEFAULTS.allow,
      validate: fieldCheck((list) => isGood(list, () => prefixesOf('allow', list)), 'modem-port.error.allow'),
    },
    deny: {
      value: DEFAULTS.deny,
      validate: fieldCheck((list) => isGood(list, () => prefixesOf('deny', list)), 'modem-port.error.deny'),
    },
    maxWaiting: {
      value: DEFAULTS.maxWaiting,
      validate: fieldCheck(limit('maxWaiting'), 'modem-port.error.waiting'),
    },
    messagesPerHour: {
      value: DEFAULTS.messagesPerHour,
      validate: fieldCheck(limit('messagesPerHour'), 'modem-port.error.rate'),
    },
    monthlyBudget: {
      value: DEFAULTS.monthlyBudget,
      validate: fieldCheck(limit('monthlyBudget'), 'modem-port.error.budget'),
    },
    urgentReserve: {
      value: DEFAULTS.urgentReserve,
      validate: fieldCheck(limit('urgentReserve'), 'modem-port.error.reserve'),
    },
    balanceCode: {
      value: DEFAULTS.balanceCode,
      validate: fieldCheck(
        (code) => isGood(code, () => balanceCodeOf(code)),
        'modem-port.error.balance-code',
      ),
    },
    apn: {
      value: DEFAULTS.apn,
      validate: fieldCheck<PortNode>(
        (apn, node) => !hasData(node) || isGood(apn, () => accessPointOf(apn, '', '')),
        'modem-port.error.apn',
      ),
    },
    apnUser: {
      value: DEFAULTS.apnUser,
      validate: fieldCheck(
        (user) => isGood(user, () => quoted(user, 'the user')),
        'modem-port.error.apn-user',
      ),
    },
    target: {
      value: DEFAULTS.target,
      validate: fieldCheck<PortNode>(
        (target, node) => !hasData(node) || isGood(target, () => targetOf(target)),
        'modem-port.error.target',
      ),
    },
    localPort: {
      value: DEFAULTS.localPort,
      validate: fieldCheck<PortNode>(
        (port, node) =>
          !hasData(node) ||
          fieldOf(node, 'target') === '' ||
          isGood(port, () => wholeSetting('localPort', port, 0, 65_535)),
        'modem-port.error.local-port',
      ),
    },
    powerKeyLine: {
      value: DEFAULTS.powerKeyLine,
      validate: fieldCheck(
        (line) => isGood(line, () => powerKeyOf({ ...DEFAULTS, powerKeyLine: line })),
        'modem-port.error.power-key',
      ),
    },
    powerKeyActiveLow: { value: DEFAULTS.powerKeyActiveLow },
    powerKeyPulseMs: {
      value: DEFAULTS.powerKeyPulseMs,
      validate: fieldCheck<PortNode>(
        (pulseMs, node) => !hasPowerKey(node) || isGood(pulseMs, () => powerKeyOf(pressed(pulseMs))),
        'modem-port.error.power-key-pulse',
      ),
    },
  },
  credentials: {
    pin: {
      type: 'password',
      validate: fieldCheck(isPin, 'modem-port.error.pin'),
    },
    apnPassword: { type: 'password' },
  },
  icon: 'modem-port.svg',
  paletteLabel: 'modem port',
  label() {
    return this.name || this._('modem-port.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    const names = new Intl.DisplayNames(undefined, { type: 'region' });
    $('#modem-port-countries').append(COUNTRY_CODES.map((code) => option(code, names.of(code) ?? code)));
    $('#modem-port-time-zones').append(Intl.supportedValuesOf('timeZone').map((zone) => option(zone, '')));
    $('#node-config-input-via, #node-config-input-mode').on('change', showWhatFits);
    // A port of version 0 has none, and the dialog would leave it empty.
    const pulse = $('#node-config-input-powerKeyPulseMs');
    if (!pulse.val()) pulse.val(DEFAULTS.powerKeyPulseMs);
    $('#node-config-input-powerKeyLine').on('change input', showPowerKey);
  },
  oneditsave() {
    this.configVersion = DEFAULTS.configVersion;
  },
});

/** A PIN that is stored is shown to nobody, the editor included; it stands there as a word of its own. */
function isPin(pin: string | undefined): boolean {
  return pin === undefined || pin === '__PWRD__' || isGood(pin, () => checkPin(pin));
}

function option(value: string, label: string): HTMLElement {
  const element = document.createElement('option');
  element.value = value;
  element.textContent = label;
  return element;
}

function showPowerKey(): void {
  $('.modem-port-power-key').toggle(String($('#node-config-input-powerKeyLine').val()).trim() !== '');
}

function showWhatFits(): void {
  const via = $('#node-config-input-via').val();
  const mode = $('#node-config-input-mode').val();
  $('.modem-port-serial').toggle(via === 'serial');
  $('.modem-port-tcp').toggle(via === 'tcp');
  $('.modem-port-texts').toggle(mode !== 'data');
  $('.modem-port-data').toggle(mode !== 'sms');
}
