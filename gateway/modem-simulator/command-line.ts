/** One command of a line: `AT+CPMS="SM"` is name +CPMS, form set, text `"SM"`. */
export interface ModemCommand {
  readonly name: string;
  readonly form: 'do' | 'ask' | 'test' | 'set';
  readonly args: readonly string[];
  readonly whole: string;
}

/** `AT+CMEE=1;+CREG?` holds two. What stands before the AT is noise or a half-typed rest. */
export function commandsIn(line: string): ModemCommand[] {
  const start = line.toUpperCase().indexOf('AT');
  if (start < 0) return [];
  const rest = line.slice(start + 2).trim();
  if (rest === '') return [{ name: '', form: 'do', args: [], whole: 'AT' }];
  return splitOutsideQuotes(rest, ';').flatMap(basicOrExtended);
}

/** Basic commands may stand together, as in ATE0V1; extended ones end with the line or a semicolon. */
function basicOrExtended(text: string): ModemCommand[] {
  if (/^[+*^#]/.test(text)) return [extended(text)];
  const found = [...text.matchAll(/(&?[A-Za-z])(\d*)(=\d+|\?)?/g)];
  return found.map(([, letter = '', digits = '', rest]) => ({
    name: letter.toUpperCase(),
    form: rest === '?' ? ('ask' as const) : ('set' as const),
    args: [digits || (rest?.slice(1) ?? '')],
    whole: `AT${text}`,
  }));
}

function extended(text: string): ModemCommand {
  const found = /^([+*^#][A-Za-z]+)(=\?|\?|=)?([\s\S]*)$/.exec(text);
  const [, name = text, sign = '', rest = ''] = found ?? [];
  const form = sign === '=?' ? 'test' : sign === '?' ? 'ask' : sign === '=' ? 'set' : 'do';
  const args = form === 'set' ? splitOutsideQuotes(rest, ',').map((arg) => arg.replaceAll('"', '')) : [];
  return { name: name.toUpperCase(), form, args, whole: `AT${text}` };
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts = [''];
  let isQuoted = false;
  for (const char of text) {
    if (char === '"') isQuoted = !isQuoted;
    if (char === separator && !isQuoted) parts.push('');
    else parts.push((parts.pop() ?? '') + char);
  }
  return parts.map((part) => part.trim());
}
