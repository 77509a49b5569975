import { accepts, fieldCheck, isFromEnvironment } from '../lib/form/field-check';
import { isThisMachine, parseListenPort } from '../lib/meter/listen-address';
import { DEFAULTS, type MeterBrokerConfig } from './meter-broker.config';

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
    host: {
      value: DEFAULTS.host,
      validate: fieldCheck<BrokerNode>(
        (host, node) => kindOf(node) === 'external' || host.trim() !== '',
        'meter-broker.error.host',
      ),
    },
    port: {
      value: DEFAULTS.port,
      validate: fieldCheck<BrokerNode>(
        (port, node) =>
          kindOf(node) === 'external' || isFromEnvironment(port) || accepts(() => parseListenPort(port)),
        'meter-broker.error.port',
      ),
    },
    isOpen: { value: DEFAULTS.isOpen },
    url: {
      value: DEFAULTS.url,
      validate: fieldCheck<BrokerNode>(
        (url, node) => kindOf(node) === 'embedded' || isBrokerAddress(url),
        'meter-broker.error.url',
      ),
    },
  },
  credentials: {
    username: { type: 'text' },
    password: {
      type: 'password',
      validate: fieldCheck<BrokerNode>(
        (password, node) => password !== '' || kindOf(node) === 'external' || mayBeThisMachine(hostOf(node)),
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
    $('#node-config-input-kind, #node-config-input-isOpen').on('change', showWhatFits);
  },
});

function showWhatFits(): void {
  const isEmbedded = $('#node-config-input-kind').val() === 'embedded';
  const isOpen = $('#node-config-input-isOpen').prop('checked') === true;
  $('.meter-broker-embedded').toggle(isEmbedded);
  $('.meter-broker-external').toggle(!isEmbedded);
  $('.meter-broker-open').toggle(isEmbedded && isOpen);
}

/** While the dialog is open its fields count, and one can make another good or bad; else what is saved. */
function kindOf({ kind }: BrokerNode): string {
  return String($('#node-config-input-kind').val() ?? kind);
}

function hostOf({ host }: BrokerNode): string {
  return String($('#node-config-input-host').val() ?? host);
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
