/** A link as it is called in the settings, and the password that stood in it, if one did. */
interface ReadLink {
  name: string;
  password: string | null;
}

/** Scheme and user, then a password up to the last @ before the path. */
const PASSWORD = /^([a-z][a-z\d+.-]*:\/\/[^/?#@:]*):([^/?#]*)@/i;

export function readLinks(text: string): ReadLink[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map(withoutPassword);
}

/** Settings lie in plain text in the flow file, so a password has no place among the links. */
export const hasPassword = (text: string): boolean =>
  readLinks(text).some(({ password }) => password !== null);

export const writeLinks = (links: readonly ReadLink[]): string => links.map(({ name }) => name).join(', ');

/** Takes out the first password, and whatever else is the same; others need a decision of the operator. */
export function takeOutPassword(text: string): { text: string; password: string | null } {
  const links = readLinks(text);
  const password = links.find((link) => link.password !== null)?.password ?? null;
  if (password === null) return { text, password };
  const originals = text.split(',').map((name) => name.trim());
  const names = originals
    .filter((name) => name !== '')
    .map((original, at) => (links[at]?.password === password ? links[at].name : original));
  return { text: names.join(', '), password };
}

function withoutPassword(name: string): ReadLink {
  const found = PASSWORD.exec(name);
  if (!found) return { name, password: null };
  const [all, before = '', password = ''] = found;
  return { name: `${before}@${name.slice(all.length)}`, password: decoded(password) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
