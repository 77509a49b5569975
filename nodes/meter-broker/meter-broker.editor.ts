import { parseBrokerLimit, type BrokerLimitField } from '../lib/devices/broker-limits';
import { accepts, fieldCheck, isFromEnvironment, type FieldCheck } from '../lib/form/field-check';
import { isThisMachine, parseListenPort } from '../lib/meter/listen-address';
import { migrateConfig } from '../lib/red/config-migration';
import { DeviceSection } from './device-section.editor';
import { DEFAULTS, MIGRATIONS, type MeterBrokerConfig } from './meter-broker.config';

type BrokerNode = MeterBrokerConfig & {
  id: string;
  _(key: string, values?: Record<string, unknown>): string;
};

const PROTOCOLS = new Set(['mqtt:', 'mqtts:', 'ws:', 'wss:']);

RED.nodes.registerType<MeterBrokerConfig>('meter-broker', {
  category: 'config',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    kind: { value: DEFAULTS.kind },
    access: { value: DEFAULTS.access },
    host: {
      value: DEFAULTS.host,
      validate: embeddedCheck((host) => host.trim() !== '', 'meter-broker.error.host'),
    },
    port: { value: DEFAULTS.port, validate: embeddedCheck(isPort, 'meter-broker.error.port') },
    tlsPort: {
      value: DEFAULTS.tlsPort,
      validate: embeddedCheck((port) => port === '' || isPort(port), 'meter-broker.error.port'),
    },
    certificate: { value: DEFAULTS.certificate },
    privateKey: { value: DEFAULTS.privateKey },
    isOpen: { value: DEFAULTS.isOpen },
    maxConnections: { value: DEFAULTS.maxConnections, validate: limitCheck('maxConnections') },
    maxPerAddress: { value: DEFAULTS.maxPerAddress, validate: limitCheck('maxPerAddress') },
    connectsPerSecond: { value: DEFAULTS.connectsPerSecond, validate: limitCheck('connectsPerSecond') },
    messagesPerMinute: { value: DEFAULTS.messagesPerMinute, validate: limitCheck('messagesPerMinute') },
    maxPayloadKb: { value: DEFAULTS.maxPayloadKb, validate: limitCheck('maxPayloadKb') },
    url: {
      value: DEFAULTS.url,
      validate: fieldCheck<BrokerNode>(
        (url, node) => kindOf(node) === 'embedded' || isBrokerAddress(url),
        'meter-broker.error.url',
      ),
    },
    authority: { value: DEFAULTS.authority },
    sharedGroup: {
      value: DEFAULTS.sharedGroup,
      validate: fieldCheck<BrokerNode>(
        (group: string | undefined) => !/[/+#\s]/.test(group ?? ''),
        'meter-broker.error.shared-group',
      ),
    },
  },
  credentials: {
    username: { type: 'text' },
    password: {
      type: 'password',
      validate: fieldCheck<BrokerNode>(
        (password, node) =>
          password !== '' ||
          kindOf(node) === 'external' ||
          accessOf(node) === 'each' ||
          mayBeThisMachine(hostOf(node)),
        'meter-broker.error.password',
      ),
    },
  },
  icon: 'meter-broker.svg',
  paletteLabel: 'meter broker',
  label() {
    return this.name || this._('meter-broker.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    const today = migrateConfig<MeterBrokerConfig>(this, MIGRATIONS, DEFAULTS);
    for (const field of SINCE_VERSION_1) $(`#node-config-input-${field}`).val(today[field]);
    $(WHAT_DECIDES).on('change input', showWhatFits);
    showWhatFits();
    new DeviceSection(this.id, (key, values) => this._(key, values)).fill($('#meter-broker-devices'));
  },
  oneditsave() {
    this.configVersion = DEFAULTS.configVersion;
  },
});

/** Settings that a node of version 0 does not have, and the dialog would leave empty. */
const SINCE_VERSION_1 = [
  'access',
  'maxConnections',
  'maxPerAddress',
  'connectsPerSecond',
  'messagesPerMinute',
  'maxPayloadKb',
] as const;

const WHAT_DECIDES = ['kind', 'access', 'isOpen', 'tlsPort']
  .map((field) => `#node-config-input-${field}`)
  .join(', ');

function showWhatFits(): void {
  const isEmbedded = $('#node-config-input-kind').val() === 'embedded';
  const isOpen = $('#node-config-input-isOpen').prop('checked') === true;
  $('.meter-broker-embedded').toggle(isEmbedded);
  $('.meter-broker-external').toggle(!isEmbedded);
  $('.meter-broker-open').toggle(isEmbedded && isOpen);
  $('.meter-broker-tls').toggle(isEmbedded && String($('#node-config-input-tlsPort').val()).trim() !== '');
  $('.meter-broker-password').toggle(!isEmbedded || $('#node-config-input-access').val() === 'shared');
}

/** While the dialog is open its fields count, and one can make another good or bad; else what is saved. */
function kindOf({ kind }: BrokerNode): string {
  return String($('#node-config-input-kind').val() ?? kind);
}

function accessOf({ access }: BrokerNode): string {
  return String($('#node-config-input-access').val() ?? access);
}

function hostOf({ host }: BrokerNode): string {
  return String($('#node-config-input-host').val() ?? host);
}

function isPort(text: string): boolean {
  return isFromEnvironment(text) || accepts(() => parseListenPort(text));
}

/** A check of a field that only a broker here has. A node of an earlier version lacks some, which is no fault. */
function embeddedCheck(isGood: (text: string) => boolean, errorKey: string): FieldCheck<BrokerNode> {
  return fieldCheck<BrokerNode>(
    (text: string | undefined, node) => text === undefined || kindOf(node) === 'external' || isGood(text),
    errorKey,
  );
}

function limitCheck(field: BrokerLimitField): FieldCheck<BrokerNode> {
  return embeddedCheck((text) => accepts(() => parseBrokerLimit(field, text)), `meter-broker.limit.${field}`);
}

/** What comes from the environment is judged when the flow starts. */
function mayBeThisMachine(host: string): boolean {
  return isThisMachine(host) || isFromEnvironment(host);
}

function isBrokerAddress(url: string): boolean {
  try {
    const { protocol, hostname } = new URL(url);
    return PROTOCOLS.has(protocol) && hostname !== '';
  } catch {
    return false;
  }
}
