/** A copy in which one item has gone to another place. */
export function withMoved<T>(list: readonly T[], from: number, to: number): T[] {
  const moved = list.filter((_, index) => index !== from);
  const item = list[from];
  if (item !== undefined) moved.splice(to, 0, item);
  return moved;
}
