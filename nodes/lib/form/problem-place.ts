/** Messages of our checks begin with the place they speak of, such as `components[2].slabs[1].uptoWh must be …`. */
const PLACE = /^([\w.[\]]+) must /;

export function placeOf(problem: string): string {
  return PLACE.exec(problem)?.[1] ?? '';
}

/** The problems at a place or anywhere within it. */
export function problemsWithin(problems: readonly string[], place: string): string[] {
  return problems.filter((problem) => {
    const at = placeOf(problem);
    return at === place || (at.startsWith(place) && /^[.[]/.test(at.slice(place.length)));
  });
}
