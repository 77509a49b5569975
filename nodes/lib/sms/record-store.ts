/** One entry of a store; a null value takes it out. */
export interface RecordChange {
  readonly kind: string;
  readonly id: string;
  readonly value: unknown;
}

/** Keeps plain JSON by kind and id, over restarts and power cuts. */
export interface RecordStore {
  /** All entries of a kind, the oldest first. */
  readAll(kind: string): { id: string; value: unknown }[];
  /** All of the changes or none; settles when they are on the disk. */
  write(changes: readonly RecordChange[]): Promise<void>;
}
