/** What AT commands set of texts; a start forgets all of it. */
export interface TextSettings {
  charset: string;
  indications: number[];
  isTextMode: boolean;
  /** AT+CSMP: first octet, validity, protocol, coding. They count in text mode only. */
  parameters: number[];
}

export const newTextSettings = (): TextSettings => ({
  charset: 'IRA',
  indications: [0, 0, 0, 0, 0],
  isTextMode: false,
  parameters: [17, 167, 0, 0],
});

/** The list with its beginning replaced by what somebody chose. */
export function withChosen(list: readonly number[], chosen: readonly string[]): number[] {
  return list.map((old, at) => (chosen[at] === undefined || chosen[at] === '' ? old : Number(chosen[at])));
}
