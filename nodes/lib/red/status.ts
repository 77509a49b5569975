import type { Node } from 'node-red';

export type StatusLook = 'well' | 'waiting' | 'broken' | 'idle';

const LOOKS = {
  well: { fill: 'green', shape: 'dot' },
  waiting: { fill: 'yellow', shape: 'ring' },
  broken: { fill: 'red', shape: 'ring' },
  idle: { fill: 'grey', shape: 'ring' },
} as const;

/** The editor cuts longer texts off, and so would hide what matters. */
const MAX_STATUS_LENGTH = 20;

export function showStatus(node: Node, look: StatusLook, text: string): void {
  node.status({
    ...LOOKS[look],
    text: text.length > MAX_STATUS_LENGTH ? `${text.slice(0, MAX_STATUS_LENGTH - 1)}…` : text,
  });
}

interface StatusWish {
  look: StatusLook;
  text: () => string;
}

/**
 * Shows at most one status per interval: the first at once, the latest when the interval ends.
 * The text is a function, so that a wish that is never shown costs no catalogue look-up.
 */
export class StatusLine {
  private shown = '';
  private pending: StatusWish | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly node: Node,
    private readonly intervalMs = 500,
  ) {}

  show(look: StatusLook, text: () => string): void {
    if (this.timer) {
      this.pending = { look, text };
      return;
    }
    this.display({ look, text });
    this.timer = setTimeout(() => {
      this.timer = null;
      const wish = this.pending;
      this.pending = null;
      if (wish) this.show(wish.look, wish.text);
    }, this.intervalMs);
    this.timer.unref();
  }

  close(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.pending = null;
  }

  private display({ look, text }: StatusWish): void {
    const words = text();
    const key = `${look} ${words}`;
    if (key === this.shown) return;
    this.shown = key;
    showStatus(this.node, look, words);
  }
}
