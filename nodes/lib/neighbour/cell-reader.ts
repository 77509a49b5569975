import { type Cell, type CellFault, type CellMark, decodeCell, MARK_BYTES, wireBytes } from './cell';

export interface CellListener {
  onCell(cell: Cell): void;
  onFault(fault: CellFault): void;
}

/** Finds cells in bytes that come in any pieces. After garbage it goes on at the next zero. */
export class CellReader {
  private readonly held: Uint8Array;
  private heldBytes = 0;
  private isOverlong = false;

  constructor(
    largestBody: number,
    private readonly listener: CellListener,
    private readonly mark: CellMark | null = null,
  ) {
    this.held = new Uint8Array(wireBytes(largestBody + MARK_BYTES));
  }

  push(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length;) {
      const zeroAt = bytes.indexOf(0, start);
      const end = zeroAt < 0 ? bytes.length : zeroAt;
      this.keep(bytes.subarray(start, end));
      if (zeroAt >= 0) this.close();
      start = end + 1;
    }
  }

  /** Forgets a cell that has begun, because what follows comes from elsewhere. */
  clear(): void {
    this.heldBytes = 0;
    this.isOverlong = false;
  }

  private keep(piece: Uint8Array): void {
    if (this.isOverlong) return;
    if (this.heldBytes + piece.length > this.held.length) {
      this.isOverlong = true;
      return;
    }
    this.held.set(piece, this.heldBytes);
    this.heldBytes += piece.length;
  }

  private close(): void {
    const { heldBytes, isOverlong } = this;
    this.clear();
    if (isOverlong) this.listener.onFault('length');
    if (isOverlong || heldBytes === 0) return;
    const cell = decodeCell(this.held.subarray(0, heldBytes), this.mark);
    if (typeof cell === 'string') this.listener.onFault(cell);
    else this.listener.onCell(cell);
  }
}
