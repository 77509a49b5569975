import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { parseBrokerLimits } from '../lib/devices/broker-limits';
import type { RefusalReport } from '../lib/devices/refusal-log';
import type { DeviceDesk } from '../lib/io/mqtt/device-desk';
import { EmbeddedBroker } from '../lib/io/mqtt/embedded-broker';
import { ExternalBroker } from '../lib/io/mqtt/external-broker';
import { certificateFiles, type TlsFiles } from '../lib/io/mqtt/tls-files';
import { parseListenPort } from '../lib/meter/listen-address';
import type { MeterBrokerConfig, MeterBrokerCredentials } from './meter-broker.config';

export interface LinkSurroundings {
  nodeId: string;
  dataFolder: string;
  desk: DeviceDesk;
  onNotice: (report: RefusalReport) => void;
}

/** Makes the link that a config asks for. Throws a sentence for people when a setting is wrong. */
export function openLink(
  config: MeterBrokerConfig,
  { username = '', password = '' }: MeterBrokerCredentials,
  around: LinkSurroundings,
): EmbeddedBroker | ExternalBroker {
  if (config.kind === 'external') {
    const { url, authority, sharedGroup } = config;
    const clientId = clientIdOf(around, sharedGroup);
    return new ExternalBroker({ url, username, password, clientId, authority, sharedGroup });
  }
  const { host, access, isOpen } = config;
  const tlsPort = config.tlsPort.trim();
  const broker = new EmbeddedBroker({
    host,
    port: parseListenPort(config.port),
    password: access === 'each' ? '' : password,
    isOpen,
    access,
    desk: around.desk,
    limits: parseBrokerLimits(config),
    tls: tlsPort === '' ? null : { port: parseListenPort(tlsPort), ...tlsFiles(config, around.dataFolder) },
    onNotice: around.onNotice,
  });
  void broker.start();
  return broker;
}

function tlsFiles({ certificate, privateKey }: MeterBrokerConfig, dataFolder: string): TlsFiles {
  const made = certificateFiles(dataFolder);
  return {
    certificate: certificate.trim() || made.certificate,
    privateKey: privateKey.trim() || made.privateKey,
  };
}

/**
 * A broker lets go of a connection when another comes with the same client id. Members of a group run the same flow, so
 * their ids tell their machines and folders apart as well.
 */
function clientIdOf({ nodeId, dataFolder }: LinkSurroundings, sharedGroup: string): string {
  const place = createHash('sha256').update(`${hostname()} ${dataFolder}`).digest('hex').slice(0, 8);
  return sharedGroup === '' ? `wattkeeper-${nodeId}` : `wattkeeper-${nodeId}-${place}`;
}
