import { isUsable, onlyNodeOf } from '../lib/form/config-nodes';
import { fieldCheck } from '../lib/form/field-check';
import { DEFAULTS, type MeterIngestConfig } from './meter-ingest.config';

const isBrokerOrNone = (id: string): boolean => id === '' || id === '_ADD_' || isUsable(RED.nodes.node(id));

RED.nodes.registerType<MeterIngestConfig>('meter-ingest', {
  category: 'prepaid',
  color: '#62A8B0',
  defaults: {
    configVersion: { value: DEFAULTS.configVersion },
    name: { value: DEFAULTS.name },
    site: {
      value: DEFAULTS.site,
      type: 'prepaid-site',
      validate: fieldCheck((id) => isUsable(RED.nodes.node(id)), 'meter-ingest.error.site'),
    },
    broker: {
      value: DEFAULTS.broker,
      type: 'meter-broker',
      validate: fieldCheck(isBrokerOrNone, 'meter-ingest.error.broker'),
    },
    acknowledge: { value: DEFAULTS.acknowledge },
  },
  inputs: 1,
  outputs: 3,
  icon: 'meter-ingest.svg',
  paletteLabel: 'meter ingest',
  label() {
    return this.name || this._('meter-ingest.title');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('meter-ingest.port.input');
  },
  outputLabels(port) {
    return [
      this._('meter-ingest.port.accepted'),
      this._('meter-ingest.port.refused'),
      this._('meter-ingest.port.relay'),
    ][port];
  },
  oneditprepare() {
    const onlySite = onlyNodeOf('prepaid-site', RED.nodes);
    if (!this.site && onlySite) $('#node-input-site').val(onlySite);
    $('#node-input-broker').on('change', showWhatFits);
    $('#node-input-acknowledge').on('change', showWhatFits);
  },
});

/** Only our own embedded broker waits for us before it acknowledges. */
function showWhatFits(): void {
  // Of a node that is not there the editor says undefined, whatever its types promise.
  const broker = RED.nodes.node(String($('#node-input-broker').val())) as { kind: string } | null | undefined;
  const waits = broker?.kind === 'embedded';
  const acknowledge = $('#node-input-acknowledge').val();
  $('.meter-ingest-acknowledge').toggle(waits);
  $('.meter-ingest-on-commit').toggle(waits && acknowledge === 'commit');
  $('.meter-ingest-on-arrival').toggle(waits && acknowledge === 'arrival');
  $('.meter-ingest-no-broker').toggle(!broker);
  $('.meter-ingest-external').toggle(broker?.kind === 'external');
}
