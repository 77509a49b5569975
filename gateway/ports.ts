import { createServer, type Server } from 'node:net';
import type { SettingDescription } from './settings';
import { HOST } from './settings';
import { errorCode, firstLine, StartFailure } from './start-failure';

/** What stands in the way of listening, in words that name the port and the setting that changes it. */
function listenFailure(
  error: unknown,
  host: string,
  port: number,
  setting: SettingDescription,
): StartFailure {
  const code = errorCode(error);
  const purpose = `Port ${port} (${setting.summary})`;
  if (code === 'EADDRINUSE') {
    return new StartFailure(
      `${purpose} is in use: stop the program that uses it, or set ${setting.name} to a free port.`,
    );
  }
  if (code === 'EACCES') {
    return new StartFailure(
      `${purpose} may not be opened by this user: set ${setting.name} to a port from 1024.`,
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new StartFailure(`${HOST.name} "${host}" is no address of this machine.`);
  }
  return new StartFailure(`${purpose} cannot be opened: ${firstLine(error)}.`);
}

export function listen(
  server: Server,
  host: string,
  port: number,
  setting: SettingDescription,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => reject(listenFailure(error, host, port, setting));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

/** Tries a port out and leaves it free again. */
export async function requireFreePort(
  host: string,
  port: number,
  setting: SettingDescription,
): Promise<void> {
  const probe = createServer();
  await listen(probe, host, port, setting);
  await new Promise<void>((resolve) => probe.close(() => resolve()));
}
