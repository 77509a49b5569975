/**
 * Whether an error comes from one posting (a broken constraint, an impossible number or type), not from the disk or the file.
 * Such a posting fails alone; its neighbours are committed without it.
 */
export function isItemFault(error: Error): boolean {
  if (error instanceof RangeError || error instanceof TypeError || error instanceof URIError) return true;
  return 'code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_CONSTRAINT');
}

/**
 * To be called first by whoever makes an error the answer to one posting. One of SQLite may have rolled the whole
 * transaction back, with what others have written: it is thrown on, so that nothing more is written and all are told.
 */
export function throwSqliteError(error: unknown): void {
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_')) throw error;
}
