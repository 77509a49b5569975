import path from 'node:path';
import { parseDeviceRequest, type DeviceRequest } from '../nodes/lib/devices/device-request';
import { DeviceDesk } from '../nodes/lib/io/mqtt/device-desk';
import { DEVICE_FILE } from '../nodes/lib/io/mqtt/device-file';
import { openDataFolder } from './data-folder';
import { readSettings } from './settings';
import { firstLine, StartFailure } from './start-failure';

/** Who did it, as the list's log names whoever has the machine's command line. */
const BY = 'command line';
const USAGE = 'devices [add NAME [DIALECT] | rotate NAME [HOURS] | revoke NAME]';

/** `wattkeeper devices`: the devices of the brokers here and their passwords. It works beside a running Wattkeeper. */
export async function manageDevices(args: readonly string[]): Promise<number> {
  const folder = openDataFolder(readSettings(process.env, process.cwd()).dataFolder);
  const desk = new DeviceDesk(path.join(folder.root, DEVICE_FILE), Date.now);
  try {
    if (args.length === 0) return list(desk);
    const request = readRequest(args);
    const password = await desk.handle(request, BY);
    console.log(`Device    ${request.name}`);
    console.log(
      password === null ? 'Its passwords are taken back.' : `Password  ${password}   (shown only now)`,
    );
    return 0;
  } catch (error) {
    throw new StartFailure(`${firstLine(error)}. Usage: wattkeeper ${USAGE}`);
  }
}

function readRequest([verb = '', name, extra, ...more]: readonly string[]): DeviceRequest {
  if (more.length > 0) throw new RangeError(`"${more.join(' ')}" is too much`);
  return parseDeviceRequest({ [verb]: name, dialect: extra, overlapHours: extra });
}

function list(desk: DeviceDesk): number {
  const devices = desk.list();
  if (devices.length === 0) console.log('No device has a password of its own.');
  for (const { name, dialect, state, sinceMs } of devices) {
    console.log([name, dialect, state, `since ${new Date(sinceMs).toISOString()}`].join('  '));
  }
  return 0;
}
