/**
 * Whether an error comes from one posting (a broken constraint, an impossible number or type), not from the disk or the file.
 * Such a posting fails alone; its neighbours are committed without it.
 */
export function isItemFault(error: Error): boolean {
  if (error instanceof RangeError || error instanceof TypeError || error instanceof URIError) return true;
  return 'code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_CONSTRAINT');
}
