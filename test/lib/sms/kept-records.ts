import type { RecordChange, RecordStore } from '../../../nodes/lib/sms/record-store';

/** What a disk would hold: JSON only, in memory. Outlives the desks that use it, as a file outlives a process. */
export class KeptRecords implements RecordStore {
  isBroken = false;
  writes = 0;
  private readonly records = new Map<string, Map<string, string>>();

  readAll(kind: string): { id: string; value: unknown }[] {
    const found = [...(this.records.get(kind) ?? [])];
    return found.map(([id, json]) => ({ id, value: JSON.parse(json) as unknown }));
  }

  write(changes: readonly RecordChange[]): Promise<void> {
    if (this.isBroken) return Promise.reject(new Error('the disk is full'));
    this.writes += 1;
    for (const { kind, id, value } of changes) {
      const records = this.records.get(kind) ?? new Map<string, string>();
      this.records.set(kind, records);
      if (value === null) records.delete(id);
      else records.set(id, JSON.stringify(value));
    }
    return Promise.resolve();
  }

  /** As it is now, for a process that dies at this moment. */
  copy(): KeptRecords {
    const copy = new KeptRecords();
    for (const [kind, records] of this.records) copy.records.set(kind, new Map(records));
    return copy;
  }

  count(kind: string): number {
    return this.records.get(kind)?.size ?? 0;
  }
}
