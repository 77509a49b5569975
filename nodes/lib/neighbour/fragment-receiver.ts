import type { Acknowledgement, Fragment, Stream } from './fragment';
import { MAX_PACKET_BYTES } from './packet';
import { isLater, plus, stepsAhead } from './sequence-16';
import { LARGEST_WINDOW } from './link';

interface Assembly {
  readonly pieces: Uint8Array[];
  bytes: number;
}

/** What became of a fragment: the packets that it completed, and what its sender should never have done. */
export interface Taken {
  readonly packets: Uint8Array[];
  readonly fault: string | null;
}

/** Never drawn. */
const NO_SESSION = 0;

const NOTHING: Taken = { packets: [], fault: null };
/** So many former sessions are remembered, lest a fragment that comes late bring one back. */
const FORMER_SESSIONS = 4;
/** A packet in crumbs would take far more memory than it holds. */
const MOST_PIECES = 1_024;

/** Puts packets of one neighbour together again, in the order of their fragments' numbers. */
export class FragmentReceiver {
  private session: number | null = null;
  private readonly former: number[] = [];
  private next = 0;
  private readonly early = new Map<number, Fragment>();
  private readonly assemblies = new Map<Stream, Assembly>();

  /** What to tell the sender; before anything was heard of it, something about no session of its. */
  acknowledgement(boot: number): Acknowledgement {
    let later = 0;
    for (const number of this.early.keys()) {
      const bit = stepsAhead(number, this.next) - 1;
      if (bit >= 0 && bit < LARGEST_WINDOW) later |= 1 << bit;
    }
    return { session: this.session ?? NO_SESSION, next: this.next, later: later >>> 0, boot };
  }

  /** Something after the next number is here, so the next number is late or lost. */
  get isMissing(): boolean {
    return this.early.size > 0;
  }

  take(fragment: Fragment): Taken {
    if (fragment.session !== this.session && !this.begin(fragment)) return NOTHING;
    if (isLater(this.next, fragment.number)) return NOTHING;
    if (stepsAhead(fragment.number, this.next) > LARGEST_WINDOW) {
      // Before number 0 has come it is we who may have missed the beginning, by starting anew.
      return this.next === 0 ? NOTHING : { packets: [], fault: 'a number outside of the window' };
    }
    this.early.set(fragment.number, fragment);
    return this.assemble();
  }

  /** The neighbour has started anew. */
  reset(): void {
    this.forgetSession();
    this.session = null;
  }

  private begin({ session, number }: Fragment): boolean {
    if (this.former.includes(session) || number >= LARGEST_WINDOW) return false;
    this.forgetSession();
    this.session = session;
    return true;
  }

  private forgetSession(): void {
    if (this.session !== null) this.former.push(this.session);
    if (this.former.length > FORMER_SESSIONS) this.former.shift();
    this.next = 0;
    this.early.clear();
    this.assemblies.clear();
  }

  private assemble(): Taken {
    const packets: Uint8Array[] = [];
    let fault: string | null = null;
    for (let found = this.early.get(this.next); found; found = this.early.get(this.next)) {
      this.early.delete(this.next);
      this.next = plus(this.next, 1);
      const added = this.add(found);
      if (typeof added === 'string') fault = added;
      else if (added) packets.push(added);
    }
    return { packets, fault };
  }

  private add({ stream, isFirst, isLast, bytes }: Fragment): Uint8Array | string | null {
    const open = this.assemblies.get(stream);
    if (isFirst === (open !== undefined)) {
      this.assemblies.delete(stream);
      return isFirst ? 'a packet without an end' : 'a packet without a beginning';
    }
    const assembly = open ?? { pieces: [], bytes: 0 };
    assembly.pieces.push(bytes);
    assembly.bytes += bytes.length;
    if (assembly.bytes > MAX_PACKET_BYTES || assembly.pieces.length > MOST_PIECES) {
      this.assemblies.delete(stream);
      return 'a packet larger than allowed';
    }
    this.assemblies.set(stream, assembly);
    if (!isLast) return null;
    this.assemblies.delete(stream);
    return assembly.pieces.length === 1 ? bytes : Buffer.concat(assembly.pieces);
  }
}
