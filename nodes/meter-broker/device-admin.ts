import type { NodeAPI } from 'node-red';
import { parseDeviceRequest } from '../lib/devices/device-request';
import type { DeviceDesk } from '../lib/io/mqtt/device-desk';
import { deviceOverview } from '../lib/io/mqtt/device-overview';
import type { DeviceDeskNode } from '../lib/red/device-access';
import { errorText } from '../lib/text/to-error';
import type { MeterBrokerCredentials } from './meter-broker.config';

/** What the dialog asks a running broker node for. */
export interface BrokerNode extends DeviceDeskNode {
  credentials: MeterBrokerCredentials;
}

type Request = Parameters<Parameters<NodeAPI['httpAdmin']['post']>[1]>[0];
type Response = Parameters<Parameters<NodeAPI['httpAdmin']['post']>[1]>[1];
type Work = (node: BrokerNode, desk: DeviceDesk, request: Request) => Promise<object> | object;

const DEVICES = '/meter-broker/:id/devices';
const MOSQUITTO = '/meter-broker/:id/mosquitto';

/**
 * What the dialog needs besides its settings: a password is made on the server and shown once, which no setting could
 * do, since the editor keeps what it has been given and sends it back at every deploy.
 */
export function offerDeviceAdmin(RED: NodeAPI): void {
  const readers = RED.auth.needsPermission('meter-devices.read');
  const writers = RED.auth.needsPermission('meter-devices.write');
  RED.httpAdmin.get(DEVICES, readers, answer(RED, listDevices));
  RED.httpAdmin.post(DEVICES, writers, answer(RED, changeDevice(RED)));
  // Reading, but of hashes: nobody needs them who may not change the devices as well.
  RED.httpAdmin.post(MOSQUITTO, writers, answer(RED, writeMosquittoFiles));
}

const listDevices: Work = ({ link }, desk) => deviceOverview(desk, link);

function changeDevice(RED: NodeAPI): Work {
  return async (node, desk, request) => {
    const change = parseDeviceRequest(request.body);
    const password = await desk.handle(change, userOf(request));
    const msg = `${change.kind} device ${change.name}`;
    RED.log.audit({ level: RED.log.AUDIT, type: 'meter-broker', id: node.id, msg }, request);
    return { name: change.name, password };
  };
}

/** Who is logged in to the editor; a Node-RED without logins knows nobody. */
function userOf(request: Request): string {
  const { user } = request as { user?: { username?: unknown } };
  return typeof user?.username === 'string' ? user.username : 'editor';
}

const writeMosquittoFiles: Work = ({ credentials }, desk) => {
  const { username = '', password = '' } = credentials;
  return desk.filesForMosquitto({ username, password });
};

function answer(RED: NodeAPI, work: Work): (request: Request, response: Response) => Promise<void> {
  return async (request, response) => {
    // A password must not stay in a cache on its way.
    response.set('Cache-Control', 'no-store');
    const node = RED.nodes.getNode(String(request.params['id'])) as BrokerNode | null;
    if (!node?.desk) {
      response.status(404).json({ error: RED._('meter-broker.fault.not-deployed') });
      return;
    }
    // A form of a foreign page could send anything but JSON without being asked for leave first.
    if (request.method !== 'GET' && !request.is('application/json')) {
      response.status(415).json({ error: 'send JSON' });
      return;
    }
    try {
      response.json(await work(node, node.desk, request));
    } catch (error) {
      response.status(400).json({ error: errorText(error) });
    }
  };
}
