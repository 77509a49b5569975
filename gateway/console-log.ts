import { firstLine } from './start-failure';

/** A log entry as Node-RED hands it over. */
interface LogEntry {
  level: number;
  msg: unknown;
  type?: string;
  name?: string;
  id?: string;
}

const LEVEL_NAMES: Record<number, string> = { 10: 'fatal', 20: 'error', 30: 'warn' };

/** Notes of Node-RED on every start that ask nothing of anybody: no projects, and no passwords in the flows yet. */
const ROUTINE_NOTES = ['storage.localfilesystem.projects.disabled', 'nodes.credentials.encryptedNotFound'];

/** Node-RED frames its list of faulty nodes with these. */
const RULER = /^-+$/;
/** Follows the message when a module cannot be found, and helps nobody who did not write it. */
const REQUIRE_STACK = '\nRequire stack:';

/** Writes warnings and errors, one line each, and leaves out what is said on every start. */
export function consoleLogHandler(translate: (key: string) => string, write: (line: string) => void) {
  return (entry: LogEntry): void => {
    const text = textOf(entry.msg);
    if (RULER.test(text) || ROUTINE_NOTES.some((key) => translate(key) === text)) return;
    const time = new Date().toTimeString().slice(0, 8);
    const source = entry.type === undefined ? '' : `${entry.type} "${entry.name ?? entry.id ?? ''}": `;
    write(`${time} ${LEVEL_NAMES[entry.level] ?? 'note'}  ${source}${text}`);
  };
}

function textOf(message: unknown): string {
  if (message instanceof Error) return firstLine(message);
  if (typeof message === 'object' && message !== null && 'message' in message) return String(message.message);
  return String(message).split(REQUIRE_STACK, 1)[0] ?? '';
}
