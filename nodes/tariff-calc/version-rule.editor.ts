// Which version the tariff in the dialog is saved as.
import { isShowable } from '../lib/form/tariff-shape';
import { nextVersion, type TariffSetting } from '../lib/tariff/next-version';
import { migrateConfig } from '../lib/red/config-migration';
import type { Tariff } from '../lib/tariff/tariff';
import type { Translate } from '../lib/form/form-fields.editor';
import { DEFAULTS, MIGRATIONS, type TariffCalcConfig } from './tariff-calc.config';

interface FlowNode {
  id: string;
  type: string;
}

interface SavedVersion {
  version: number;
  /** After an approved one, which is deployed and goes on as it is. */
  isNext: boolean;
}

export interface VersionRule {
  /** A version that a person typed or an import brought. The ledger may know versions that this flow does not. */
  type(version: number): void;
  of(tariff: Tariff, state: string): SavedVersion;
  tipFor(saved: SavedVersion, state: string): string;
}

/** Compared with what is deployed, so that trying things out in the dialog uses up no versions. */
export function versionRule(nodeId: string, text: Translate): VersionRule {
  const deployed = (RED.nodes.originalFlow() as FlowNode[]).filter(({ type }) => type === 'tariff-calc');
  const others = (RED.nodes.filterNodes({ type: 'tariff-calc' }) as FlowNode[]).filter(
    ({ id }) => id !== nodeId,
  );
  const known = [...deployed, ...others].flatMap((node) => settingOf(node) ?? []);
  const asDeployed = known.find((setting) => setting.nodeId === nodeId);
  const deployedVersion = asDeployed?.tariff.version ?? 0;
  let typed: number | null = null;
  return {
    type: (version) => (typed = version),
    of: (tariff, chosen) => {
      const state = chosen === 'draft' ? 'draft' : 'approved';
      // What was saved and not deployed yet: more than one step ahead it was typed, one step this rule finds anew.
      typed ??= tariff.version > deployedVersion + 1 || !asDeployed ? tariff.version : 1;
      const least = Math.max(deployedVersion, typed);
      const version = nextVersion({ nodeId, state, tariff: { ...tariff, version: least } }, known);
      return { version, isNext: asDeployed?.state === 'approved' && version !== deployedVersion };
    },
    tipFor: ({ version }, state) => tipFor(version, state, asDeployed, text),
  };
}

function tipFor(
  version: number,
  state: string,
  asDeployed: TariffSetting | undefined,
  text: Translate,
): string {
  if (!asDeployed) return text('tariff-calc.version.new');
  const before = asDeployed.tariff.version;
  const next = state === 'draft' ? 'next-draft' : 'next';
  if (version !== before) return text(`tariff-calc.version.${next}`, { before });
  return text(asDeployed.state === 'draft' ? 'tariff-calc.version.draft' : 'tariff-calc.version.same');
}

/** A node whose settings cannot be read bills nothing, so it has no version that could be in the way. */
function settingOf(node: FlowNode): TariffSetting | null {
  try {
    const { tariff: json, state } = migrateConfig<TariffCalcConfig>(node, MIGRATIONS, DEFAULTS);
    const tariff: unknown = JSON.parse(json);
    return isShowable(tariff) ? { nodeId: node.id, tariff, state } : null;
  } catch {
    return null;
  }
}
