import { isUsable, onlyNodeOf } from '../lib/form/config-nodes';
import { fieldCheck, isFromEnvironment } from '../lib/form/field-check';
import {
  firstProfileProblem,
  meterProblems,
  othersAreGood,
  topicsAreGood,
} from '../lib/form/ingest-problems';
import { migrateConfig } from '../lib/red/config-migration';
import { IngestDialog } from './ingest-dialog.editor';
import { DEFAULTS, MIGRATIONS, type MeterIngestConfig } from './meter-ingest.config';

const isBrokerOrNone = (id: string): boolean => id === '' || id === '_ADD_' || isUsable(RED.nodes.node(id));

/** A setting that was not there yet when the node was saved is undefined; the running node takes its default then. */
const orNone =
  (isGood: (text: string) => boolean) =>
  (value: unknown): boolean => {
    if (value === undefined) return true;
    const text = typeof value === 'number' ? String(value) : value;
    return typeof text === 'string' && (isFromEnvironment(text) || isGood(text));
  };
const isFlag = (value: unknown): boolean => value === undefined || typeof value === 'boolean';

let dialog: IngestDialog | null = null;

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
    acknowledge: {
      value: DEFAULTS.acknowledge,
      validate: fieldCheck(
        orNone((text) => ['commit', 'arrival'].includes(text)),
        'meter-ingest.error.acknowledge',
      ),
    },
    topics: {
      value: DEFAULTS.topics,
      validate: fieldCheck(orNone(topicsAreGood), 'meter-ingest.error.topics'),
    },
    meterClass: {
      value: DEFAULTS.meterClass,
      validate: fieldCheck(
        orNone((meterClass) => othersAreGood({ meterClass })),
        'meter-ingest.error.class',
      ),
    },
    mayExport: { value: DEFAULTS.mayExport, validate: fieldCheck(isFlag, 'meter-ingest.error.flag') },
    maxAgeDays: {
      value: DEFAULTS.maxAgeDays,
      validate: fieldCheck(
        orNone((maxAgeDays) => othersAreGood({ maxAgeDays })),
        'meter-ingest.error.max-age',
      ),
    },
    checksSignals: { value: DEFAULTS.checksSignals, validate: fieldCheck(isFlag, 'meter-ingest.error.flag') },
    meters: {
      value: DEFAULTS.meters,
      validate(rows: unknown, _options) {
        const [problem] = meterProblems(rows ?? []);
        return problem === undefined || this._('meter-ingest.error.meters', { problem });
      },
    },
    profiles: {
      value: DEFAULTS.profiles,
      validate(profiles: unknown, _options) {
        const problem = firstProfileProblem(profiles ?? []);
        return problem === null || this._('meter-ingest.error.profiles', { problem });
      },
    },
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
      this._('meter-ingest.port.news'),
    ][port];
  },
  oneditprepare() {
    const onlySite = onlyNodeOf('prepaid-site', RED.nodes);
    if (!this.site && onlySite) $('#node-input-site').val(onlySite);
    $('#node-input-broker').on('change', showWhatFits);
    $('#node-input-acknowledge').on('change', showWhatFits);
    const { acknowledge, meterClass, mayExport, maxAgeDays, checksSignals, meters, profiles } = today(this);
    $('#node-input-acknowledge').val(acknowledge);
    $('#node-input-meterClass').val(meterClass);
    $('#node-input-maxAgeDays').val(maxAgeDays);
    $('#node-input-mayExport').prop('checked', mayExport);
    $('#node-input-checksSignals').prop('checked', checksSignals);
    dialog = new IngestDialog((key, values) => this._(key, values), {
      meters: listOf(meters),
      profiles: listOf(profiles),
    });
  },
  oneditsave() {
    if (dialog) Object.assign(this, dialog.changes);
    dialog = null;
  },
  oneditcancel() {
    dialog = null;
  },
});

/** The settings in today's shape, with defaults for what the node was saved without. */
function today(node: MeterIngestConfig): MeterIngestConfig {
  try {
    return migrateConfig<MeterIngestConfig>(node, MIGRATIONS, DEFAULTS);
  } catch {
    return DEFAULTS;
  }
}

/** Whatever somebody else's hand put there; what is no list is shown as an empty one. */
function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

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
  $('.meter-ingest-with-broker').toggle(Boolean(broker));
  $('.meter-ingest-external').toggle(broker?.kind === 'external');
}
