import { figure, verdict, type CheckVerdict } from './verdict';

/** What is measured on one phase. A phase that said nothing is an empty object. */
export interface PhaseValues {
  voltageV?: number;
  currentA?: number;
  powerW?: number;
  powerFactor?: number;
}

/** Less than this share of the other phases' voltage is a phase that is gone. */
const LOST_SHARE = 0.5;
/** EN 50160 allows 2 % of unbalance, 3 % in places; more than this heats motors and points to a broken neutral. */
const UNBALANCED_SHARE = 0.1;
/** Power that counts as flowing on a phase. */
const FLOWING_W = 50;
/** How far the sum of the phases may be from the total: class and rounding of each. */
const SUM_SHARE = 0.1;

/** Checks the phases of one reading against each other and against the total. */
export function checkPhases(
  phases: readonly PhaseValues[],
  totalW: number | undefined,
  { mayExport }: { mayExport: boolean },
): CheckVerdict[] {
  const found = checkVoltages(phases);
  const powersW = phases.map(({ powerW }) => powerW).filter((value) => value !== undefined);
  if (powersW.length < 2) return found;
  const forwardW = powersW.reduce((sum, value) => sum + Math.max(0, value), 0);
  phases.forEach(({ powerW }, index) => {
    if (mayExport || powerW === undefined || !(powerW < -FLOWING_W) || !(forwardW > FLOWING_W)) return;
    const reason = 'flows back while others flow in: its current transformer may be turned';
    found.push(verdict('flag', 'phase', `L${index + 1}.powerW`, powerW, reason));
  });
  const sumW = powersW.reduce((sum, value) => sum + value, 0);
  const grossW = powersW.reduce((sum, value) => sum + Math.abs(value), 0);
  const isWhole = powersW.length === phases.length && totalW !== undefined;
  if (isWhole && Math.abs(sumW - totalW) > SUM_SHARE * Math.max(grossW, Math.abs(totalW)) + FLOWING_W) {
    found.push(verdict('flag', 'phase', 'powerW', totalW, `the phases add up to ${figure(sumW)} W`));
  }
  return found;
}

function checkVoltages(phases: readonly PhaseValues[]): CheckVerdict[] {
  const voltages = phases.map(({ voltageV }) => voltageV);
  const highestV = Math.max(0, ...voltages.filter((value) => value !== undefined));
  if (voltages.length < 2 || !(highestV > 0)) return [];
  const found: CheckVerdict[] = [];
  voltages.forEach((voltageV, index) => {
    if (voltageV === undefined) return;
    const field = `L${index + 1}.voltageV`;
    const others = `another phase has ${figure(highestV)} V`;
    if (voltageV < LOST_SHARE * highestV) {
      found.push(verdict('event', 'supply', field, voltageV, `the phase is out: ${others}`));
    } else if (voltageV < (1 - UNBALANCED_SHARE) * highestV) {
      found.push(verdict('flag', 'phase', field, voltageV, `the phases are out of balance: ${others}`));
    }
  });
  return found;
}
