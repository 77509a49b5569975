import { isUsable, onlyNodeOf } from '../lib/form/config-nodes';
import { accepts, fieldCheck, isFromEnvironment } from '../lib/form/field-check';
import { knownCountry, noticeChannel, topicPrefix } from '../lib/notice/notice-settings';
import { minuteOfDay } from '../lib/time/wall-moment';
import { DEFAULTS, type PrepaidNoticesConfig } from './prepaid-notices.config';

const isTime = (text: string): boolean => isFromEnvironment(text) || accepts(() => minuteOfDay('time', text));

RED.nodes.registerType<PrepaidNoticesConfig>('prepaid-notices', {
  category: 'prepaid',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    site: {
      value: DEFAULTS.site,
      type: 'prepaid-site',
      validate: fieldCheck((id) => isUsable(RED.nodes.node(id)), 'prepaid-notices.error.site'),
    },
    channel: {
      value: DEFAULTS.channel,
      validate: fieldCheck(
        (text) => accepts(() => noticeChannel('channel', text)),
        'prepaid-notices.error.channel',
      ),
    },
    quietFrom: { value: DEFAULTS.quietFrom, validate: fieldCheck(isTime, 'prepaid-notices.error.time') },
    quietTo: { value: DEFAULTS.quietTo, validate: fieldCheck(isTime, 'prepaid-notices.error.time') },
    mqttPrefix: {
      value: DEFAULTS.mqttPrefix,
      validate: fieldCheck(
        (text) => isFromEnvironment(text) || accepts(() => topicPrefix(text)),
        'prepaid-notices.error.mqtt-prefix',
      ),
    },
    makesStatements: { value: DEFAULTS.makesStatements },
    makesTips: { value: DEFAULTS.makesTips },
    calendarAt: { value: DEFAULTS.calendarAt, validate: fieldCheck(isTime, 'prepaid-notices.error.time') },
    country: {
      value: DEFAULTS.country,
      validate: fieldCheck(
        (text) => isFromEnvironment(text) || accepts(() => knownCountry(text)),
        'prepaid-notices.error.country',
      ),
    },
    confirms: { value: DEFAULTS.confirms },
  },
  inputs: 1,
  outputs: 4,
  icon: 'prepaid-notices.svg',
  paletteLabel: 'prepaid notices',
  label() {
    return this.name || this._('prepaid-notices.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('prepaid-notices.port.input');
  },
  outputLabels(port) {
    return [
      this._('prepaid-notices.port.texts'),
      this._('prepaid-notices.port.mails'),
      this._('prepaid-notices.port.mqtt'),
      this._('prepaid-notices.port.events'),
    ][port];
  },
  oneditprepare() {
    const onlySite = onlyNodeOf('prepaid-site', RED.nodes);
    if (!this.site && onlySite) $('#node-input-site').val(onlySite);
    const show = (): void => {
      const site = RED.nodes.node(String($('#node-input-site').val())) as { timeZone?: string } | null;
      $('#prepaid-notices-time-zone').text(site?.timeZone ?? '');
    };
    $('#node-input-site').on('change', show);
    show();
  },
});
