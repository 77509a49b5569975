import { readIfThere, writeOwnerOnly, type DataFolder } from './data-folder';

/** How long a browser stays logged in to the editor. */
export const SESSION_SECONDS = 7 * 24 * 3600;

/** Node-RED keeps sessions as `{token: {expires, …}}`; when one began follows from when it ends. */
type Sessions = Record<string, { expires?: number } | undefined>;

/** Ends the sessions that were opened with an earlier password. */
export function dropSessionsBefore(folder: DataFolder, momentMs: number): void {
  const text = readIfThere(folder.sessions);
  if (text === null) return;
  const sessions = parseSessions(text);
  const kept = Object.entries(sessions).filter(
    ([, session]) => (session?.expires ?? 0) - SESSION_SECONDS * 1000 >= momentMs,
  );
  if (kept.length === Object.keys(sessions).length) return;
  writeOwnerOnly(folder.sessions, JSON.stringify(Object.fromEntries(kept)));
}

function parseSessions(text: string): Sessions {
  try {
    return JSON.parse(text) as Sessions;
  } catch {
    // Node-RED starts with none when it cannot read the file, and so do we.
    return {};
  }
}
