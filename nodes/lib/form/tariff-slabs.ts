import type { Slabs } from '../tariff/tariff';
import { readNumber, showNumber, type StoredNumber } from './tariff-fields';

type Slab = Slabs['slabs'][number];

const FIRST_SLAB_WH = 100_000;

/**
 * A slab as people write it: from, to, rate. Only the beginnings are typed; each slab ends where the next one begins,
 * so what was left open or turned back is seen at the beginning of a slab.
 */
export interface SlabRow {
  from: string;
  /** Null for the last one: and above. */
  to: string | null;
  rate: string;
  /** `gap`: nobody said where it begins; `overlap`: it begins before the slab above it has. */
  problem: 'gap' | 'overlap' | null;
}

export function slabRows(slabs: readonly Slab[]): SlabRow[] {
  let reachedWh = 0;
  return slabs.map(({ uptoWh, rateMicrosPerKwh }, index) => {
    const isLast = index === slabs.length - 1;
    const fromWh: unknown = index === 0 ? 0 : slabs[index - 1]?.uptoWh;
    const row: SlabRow = {
      from: showNumber('thousandth', fromWh),
      to: isLast ? null : showNumber('thousandth', uptoWh),
      rate: showNumber('amount', rateMicrosPerKwh),
      problem: null,
    };
    if (typeof fromWh !== 'number') row.problem = 'gap';
    else if (index > 0 && fromWh <= reachedWh) row.problem = 'overlap';
    if (typeof fromWh === 'number') reachedWh = Math.max(reachedWh, fromWh);
    return row;
  });
}

/** A slab begins where the one above it ends. The first one begins at zero, whatever is said. */
export function withSlabStart(slabs: readonly Slab[], index: number, text: string): Slab[] {
  const upto = readNumber('thousandth', text);
  return slabs.map((slab, at) => (at === index - 1 ? changed(slab, 'uptoWh', upto) : slab));
}

export function withSlabRate(slabs: readonly Slab[], index: number, text: string): Slab[] {
  const rate = readNumber('amount', text);
  return slabs.map((slab, at) => (at === index ? changed(slab, 'rateMicrosPerKwh', rate) : slab));
}

/** The last slab gets an end, as wide as the one before it, and a new one goes on from there. */
export function withSlabAdded(slabs: readonly Slab[]): Slab[] {
  const last = slabs.at(-1) ?? { uptoWh: null, rateMicrosPerKwh: 0 };
  const beforeLast = slabs.at(-3)?.uptoWh ?? 0;
  const lastFrom = slabs.at(-2)?.uptoWh ?? 0;
  const widthWh = lastFrom > beforeLast ? lastFrom - beforeLast : FIRST_SLAB_WH;
  const earlier = slabs.slice(0, -1);
  return [...earlier, { ...last, uptoWh: lastFrom + widthWh }, { ...last, uptoWh: null }];
}

/** The next slab takes over from where the removed one began; after the last one there is none, so the one before goes on. */
export function withoutSlab(slabs: readonly Slab[], index: number): Slab[] {
  const left = slabs.filter((_, at) => at !== index);
  return left.map((slab, at) => (at === left.length - 1 ? { ...slab, uptoWh: null } : slab));
}

function changed(slab: Slab, field: keyof Slab, value: StoredNumber): Slab {
  return { ...slab, [field]: value };
}
