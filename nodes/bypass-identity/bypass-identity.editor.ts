import { isGatewayId } from '../lib/bypass/frame';
import { fieldCheck, isFromEnvironment } from '../lib/form/field-check';
import { DEFAULTS, type BypassIdentityConfig } from './bypass-identity.config';

type IdentityNode = BypassIdentityConfig & {
  id: string;
  _(key: string, values?: Record<string, unknown>): string;
};

RED.nodes.registerType<BypassIdentityConfig>('bypass-identity', {
  category: 'config',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    side: { value: DEFAULTS.side },
    gatewayId: {
      value: DEFAULTS.gatewayId,
      validate: fieldCheck<IdentityNode>(
        (id) => id === '' || isGatewayId(id) || isFromEnvironment(id),
        'bypass-identity.error.gateway',
      ),
    },
  },
  credentials: { code: { type: 'password' } },
  icon: 'bypass-identity.svg',
  paletteLabel: 'bypass identity',
  label() {
    return this.name || this.gatewayId || this._('bypass-identity.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  oneditprepare() {
    $('#node-config-input-side').on('change', showWhatFits);
  },
});

function showWhatFits(): void {
  const isGateway = $('#node-config-input-side').val() === 'gateway';
  $('.bypass-identity-gateway').toggle(isGateway);
  $('.bypass-identity-head-end').toggle(!isGateway);
}
