import { isUsable, onlyNodeOf } from '../lib/form/config-nodes';
import { fieldCheck, isFromEnvironment, wholeNumber } from '../lib/form/field-check';
import { hasPassword, takeOutPassword } from '../lib/neighbour/link-names';
import { DEFAULTS, type BypassRouterConfig } from './bypass-router.config';

const isWhole =
  (least: number) =>
  (text: string): boolean =>
    isFromEnvironment(text) || (wholeNumber(text) ?? -1) >= least;
const isSiteOrNone = (id: string): boolean => id === '' || id === '_ADD_' || isUsable(RED.nodes.node(id));

RED.nodes.registerType<BypassRouterConfig>('bypass-router', {
  category: 'prepaid',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    identity: {
      value: DEFAULTS.identity,
      type: 'bypass-identity',
      validate: fieldCheck((id) => isUsable(RED.nodes.node(id)), 'bypass-router.error.identity'),
    },
    site: {
      value: DEFAULTS.site,
      type: 'prepaid-site',
      required: false,
      validate: fieldCheck(isSiteOrNone, 'bypass-router.error.site'),
    },
    acknowledge: { value: DEFAULTS.acknowledge },
    hasDirect: { value: DEFAULTS.hasDirect },
    hasModem: { value: DEFAULTS.hasModem },
    hasNeighbours: { value: DEFAULTS.hasNeighbours },
    mode: { value: DEFAULTS.mode },
    links: {
      value: DEFAULTS.links,
      validate: fieldCheck((text) => !hasPassword(text), 'bypass-router.error.links'),
    },
    linkKind: { value: DEFAULTS.linkKind },
    baudRate: { value: DEFAULTS.baudRate, validate: fieldCheck(isWhole(1_200), 'bypass-router.error.baud') },
    isShared: { value: DEFAULTS.isShared },
    outboxMegabytes: {
      value: DEFAULTS.outboxMegabytes,
      validate: fieldCheck(isWhole(1), 'bypass-router.error.megabytes'),
    },
    outboxDays: { value: DEFAULTS.outboxDays, validate: fieldCheck(isWhole(1), 'bypass-router.error.days') },
    heartbeatSeconds: {
      value: DEFAULTS.heartbeatSeconds,
      validate: fieldCheck(isWhole(1), 'bypass-router.error.heartbeat'),
    },
    rotateDays: {
      value: DEFAULTS.rotateDays,
      validate: fieldCheck(isWhole(0), 'bypass-router.error.rotate'),
    },
  },
  credentials: { linkKey: { type: 'password' }, linkPassword: { type: 'password' } },
  inputs: 1,
  outputs: 3,
  icon: 'bypass-router.svg',
  paletteLabel: 'bypass router',
  label() {
    return this.name || this._('bypass-router.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('bypass-router.port.input');
  },
  outputLabels(port) {
    const isHeadEnd = sideOf(this.identity) === 'head-end';
    const labels = isHeadEnd
      ? [
          this._('bypass-router.port.opened'),
          this._('bypass-router.port.down'),
          this._('bypass-router.port.alarms'),
        ]
      : [
          this._('bypass-router.port.up'),
          this._('bypass-router.port.neighbour'),
          this._('bypass-router.port.events'),
        ];
    return labels[port];
  },
  oneditprepare() {
    const onlyIdentity = onlyNodeOf('bypass-identity', RED.nodes);
    if (!this.identity && onlyIdentity) $('#node-input-identity').val(onlyIdentity);
    $('#node-input-identity, #node-input-hasNeighbours').on('change', showWhatFits);
    movePassword();
  },
  oneditsave() {
    movePassword();
    this.configVersion = DEFAULTS.configVersion;
  },
});

/** A password that stands in a link goes where passwords are kept. */
function movePassword(): void {
  const { text, password } = takeOutPassword(String($('#node-input-links').val()));
  if (password === null) return;
  $('#node-input-links').val(text);
  $('#node-input-linkPassword').val(password);
}

/** The identity says which side a router is; before one is chosen it counts as a gateway. */
function sideOf(identityId: string): string {
  const identity = (RED.nodes as { node(id: string): object | null } | undefined)?.node(identityId);
  return identity && 'side' in identity ? String(identity.side) : 'gateway';
}

function showWhatFits(): void {
  const isHeadEnd = sideOf(String($('#node-input-identity').val())) === 'head-end';
  const hasNeighbours = !isHeadEnd && $('#node-input-hasNeighbours').prop('checked') === true;
  $('.bypass-router-head-end').toggle(isHeadEnd);
  $('.bypass-router-gateway').toggle(!isHeadEnd);
  $('.bypass-router-neighbours').toggle(hasNeighbours);
  $('.bypass-router-serial').toggle(hasNeighbours);
}
