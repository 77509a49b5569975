import { AtFault } from './at-fault';

/** The parts of a reply after its colon: `+CSQ: 20,0` → ['20', '0']. Quotes are taken off, commas inside them kept. */
export function fieldsOf(line: string): string[] {
  const colon = line.indexOf(':');
  const text = line.slice(colon + 1).trim();
  const fields: string[] = [];
  let field = '';
  let isQuoted = false;
  for (const char of text) {
    if (char === '"') isQuoted = !isQuoted;
    else if (char === ',' && !isQuoted) {
      fields.push(field.trim());
      field = '';
    } else field += char;
  }
  fields.push(field.trim());
  return fields;
}

/** A whole number of a reply, or null when the field is missing or something else. */
export function wholeNumber(field: string | undefined): number | null {
  return field !== undefined && /^-?\d{1,15}$/.test(field) ? Number(field) : null;
}

/** A text as a parameter. A quote or a line end in it would end the command and begin another, so it is refused. */
export function quoted(text: string, what: string): string {
  if (!/^[\x20\x21\x23-\x7e]*$/.test(text))
    throw new AtFault('invalid', `${what} may hold printable ASCII without quotation marks only`);
  return `"${text}"`;
}

/** The first line of a reply that starts with `prefix`, or a fault. */
export function infoLine(lines: readonly string[], prefix: string): string {
  const found = lines.find((line) => line.startsWith(prefix));
  if (found === undefined) throw new AtFault('garbled', `the modem answered without ${prefix}`);
  return found;
}
