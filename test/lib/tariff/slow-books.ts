import type { MeterPlan, PlanPiece } from '../../../nodes/lib/tariff/meter-plan';
import type { Component } from '../../../nodes/lib/tariff/tariff';

/** What each component comes to, by its account and its id. */
export type SlowTotals = Record<string, bigint>;

/** The register and the days are rounded apart. */
type Side = 'register' | 'days';

export const floorDivide = (value: bigint, divisor: bigint) =>
  value >= 0n ? value / divisor : -((-value + divisor - 1n) / divisor);

/** Sums of the second pricing as exact fractions; each is rounded down once, at the end. */
export class ExactBooks {
  /** In 1/1000, 1 and 1/1000000 micro, by what a component is for ever. */
  private readonly nanos = new Map<string, bigint>();
  private readonly wholes = new Map<string, bigint>();
  private readonly millionths = new Map<string, bigint>();
  /** Whole micros that a piece of the plan charged, of which percentages are taken. */
  private readonly charged = new Map<string, bigint>();

  constructor(private readonly plan: MeterPlan) {}

  addNanos(piece: PlanPiece, id: string, amount: bigint): void {
    this.addFraction(this.nanos, 1_000n, piece, id, 'register', amount);
  }

  addMillionths(piece: PlanPiece, id: string, side: Side, amount: bigint): void {
    this.addFraction(this.millionths, 1_000_000n, piece, id, side, amount);
  }

  addWhole(piece: PlanPiece, id: string, side: Side, amount: bigint): void {
    this.addFraction(this.wholes, 1n, piece, id, side, amount);
  }

  /** What an energy component has come to in its life. */
  energyTotal(piece: PlanPiece, id: string): bigint {
    return floorDivide(this.nanos.get(keyOf(piece, id, 'register')) ?? 0n, 1_000n);
  }

  energyTotals(): Map<string, bigint> {
    return new Map([...this.nanos].map(([key, nanos]) => [key, floorDivide(nanos, 1_000n)]));
  }

  private addFraction(
    sums: Map<string, bigint>,
    unit: bigint,
    piece: PlanPiece,
    id: string,
    side: Side,
    amount: bigint,
  ): void {
    const key = keyOf(piece, id, side);
    const before = sums.get(key) ?? 0n;
    sums.set(key, before + amount);
    const risen = floorDivide(before + amount, unit) - floorDivide(before, unit);
    const place = `${this.plan.indexOf(piece)} ${side} ${id}`;
    this.charged.set(place, (this.charged.get(place) ?? 0n) + risen);
  }

  /** Rebates and taxes, piece by piece; to be called once, when all else is in. */
  addPercentages(): void {
    for (const side of ['register', 'days'] as const) {
      for (const [index, piece] of this.plan.entries()) {
        for (const component of piece.tariff.tariff.components) {
          if (component.kind !== 'rebate' && component.kind !== 'tax') continue;
          const base = component.of
            .map((id) => this.charged.get(`${index} ${side} ${id}`) ?? 0n)
            .reduce((sum, amount) => sum + amount, 0n);
          const ppm = BigInt(component.kind === 'rebate' ? -component.ppm : component.ppm);
          this.addMillionths(piece, component.id, side, base * ppm);
        }
      }
    }
  }

  totals(): SlowTotals {
    const totals: SlowTotals = {};
    const units = [
      [this.nanos, 1_000n],
      [this.wholes, 1n],
      [this.millionths, 1_000_000n],
    ] as const;
    for (const [sums, unit] of units)
      for (const [key, sum] of sums) {
        const [, book, id] = key.split('|');
        const name = `${book} ${id}`;
        totals[name] = (totals[name] ?? 0n) + floorDivide(sum, unit);
      }
    return totals;
  }
}

export function keyOf({ tariff }: PlanPiece, id: string, side: Side): string {
  const component = tariff.tariff.components.find((other) => other.id === id)!;
  return `${side}|${bookOf(component)}|${id}`;
}

function bookOf(component: Component): string {
  if (component.kind === 'tax') return `tax:${component.code}`;
  return component.kind.startsWith('standing') ? 'sales:standing' : 'sales:energy';
}
