import type { LinkState } from '../../meter/meter-link';

/** Remembers the state of a link and tells whoever wants to know of changes. */
export class LinkStateBoard {
  private readonly listeners = new Set<(state: LinkState) => void>();
  private current: LinkState = { kind: 'connecting' };

  get state(): LinkState {
    return this.current;
  }

  set(state: LinkState): void {
    this.current = state;
    for (const hear of this.listeners) hear(state);
  }

  onState(hear: (state: LinkState) => void): () => void {
    this.listeners.add(hear);
    return () => this.listeners.delete(hear);
  }
}
