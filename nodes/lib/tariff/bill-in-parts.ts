import { addMicros, ZERO_MICROS, type Micros } from '../money/micros';
import { moveCounts } from './carry-over';
import type { ChargeLine } from './charge';
import type { CompiledTariff } from './compile-tariff';
import type { PlanPiece } from './meter-plan';
import type { MeterState } from './meter-state';
import { addPercentages, newTally, totalOf, type Tally } from './tally';

/** What was priced by one piece of a meter's plan. */
export interface PricedPart {
  tariff: CompiledTariff;
  lines: ChargeLine[];
}

export interface Priced {
  /** The meter's state after it; the given one is as it was. */
  state: MeterState;
  /** One for each piece of the plan that charges something, in the order of time. */
  parts: PricedPart[];
  amountMicros: Micros;
}

/** A bill in the making, with a part for each piece of the plan. While a part is open, the state counts in its order. */
export class BillInParts {
  private readonly parts: PricedPart[] = [];
  private amountMicros = ZERO_MICROS;
  private piece: PlanPiece | undefined;
  private tally: Tally | undefined;

  /**
   * The register and the days have rests of their own, so that it does not matter which of them is ahead when a
   * percentage changes.
   */
  constructor(
    private readonly state: MeterState,
    private readonly rests: 'rests' | 'dayRests',
  ) {}

  open(piece: PlanPiece): Tally {
    if (this.tally && this.piece === piece) return this.tally;
    this.close();
    const { state } = this;
    moveCounts(state, piece.tariff.components);
    const tally = newTally(state.totals, state[this.rests]);
    state.totals = tally.totals;
    state[this.rests] = tally.rests;
    this.piece = piece;
    this.tally = tally;
    return tally;
  }

  finish(): Priced {
    this.close();
    return { state: this.state, parts: this.parts, amountMicros: this.amountMicros };
  }

  private close(): void {
    const { piece, tally } = this;
    if (!piece || !tally) return;
    addPercentages(tally, piece.tariff.percentages);
    if (tally.lines.length > 0) this.parts.push({ tariff: piece.tariff, lines: tally.lines });
    this.amountMicros = addMicros(this.amountMicros, totalOf(tally));
    this.piece = undefined;
    this.tally = undefined;
  }
}
