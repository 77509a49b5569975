import { execFile } from 'node:child_process';
import { randomBytes, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { certificateFiles } from '../nodes/lib/io/mqtt/tls-files';
import { openDataFolder } from './data-folder';
import { readSettings } from './settings';
import { errorCode, firstLine, StartFailure } from './start-failure';

const run = promisify(execFile);

/** Devices carry the authority's certificate in their firmware, where nobody renews it. */
const AUTHORITY_DAYS = '7300';
/** Some TLS libraries refuse certificates that are good for longer. */
const BROKER_DAYS = '825';
/** Small enough for a microcontroller, and known to every TLS library of the last ten years. */
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const HOST_NAME = /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)*[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i;
const MAX_HOST_NAME_LENGTH = 253;
const THIS_MACHINE = ['localhost', '127.0.0.1', '::1'];
const OPENSSL_WITHIN_MS = 30_000;

/**
 * `wattkeeper certificates [name or address …]`: makes the broker's certificate, and at first an authority of its own to
 * sign it. A further run renews the certificate, for the same names unless others are given; the authority, which devices trust, stays. A running broker takes the
 * new one by itself.
 */
export async function makeCertificates(names: readonly string[]): Promise<number> {
  const data = openDataFolder(readSettings(process.env, process.cwd()).dataFolder);
  const files = certificateFiles(data.root);
  mkdirSync(path.dirname(files.certificate), { recursive: true, mode: 0o700 });
  const own = HOST_NAME.test(hostname()) ? [hostname()] : [];
  const wanted = names.length > 0 ? names : namesIn(files.certificate);
  const hosts = [...new Set([...THIS_MACHINE, ...own, ...wanted].map(alternativeName))];
  // In a folder beside the others, so that each finished file can take its place in one step.
  const scratch = mkdtempSync(path.join(path.dirname(files.certificate), 'making-'));
  try {
    if (!existsSync(files.authority) || !existsSync(files.authorityKey)) await makeAuthority(scratch, files);
    await makeBrokerCertificate(scratch, hosts, files);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  console.log(`Certificate of the broker  ${files.certificate}`);
  console.log(`Good for                   ${hosts.join(', ')}`);
  console.log(`For the devices to trust   ${files.authority}`);
  return 0;
}

type Files = ReturnType<typeof certificateFiles>;

async function makeAuthority(scratch: string, { authority, authorityKey }: Files): Promise<void> {
  const [key, certificate] = [path.join(scratch, 'ca.key'), path.join(scratch, 'ca.crt')];
  const extensions = ['basicConstraints=critical,CA:TRUE,pathlen:0', 'keyUsage=critical,keyCertSign,cRLSign'];
  const config = writeConfig(scratch, 'Wattkeeper', 'made', extensions);
  await openssl([
    'req',
    '-x509',
    ...NEW_KEY,
    '-config',
    config,
    '-days',
    AUTHORITY_DAYS,
    '-keyout',
    key,
    '-out',
    certificate,
  ]);
  renameSync(key, authorityKey);
  renameSync(certificate, authority);
}

async function makeBrokerCertificate(scratch: string, hosts: readonly string[], files: Files): Promise<void> {
  const key = path.join(scratch, 'broker.key');
  const request = path.join(scratch, 'broker.csr');
  const certificate = path.join(scratch, 'broker.crt');
  const extensions = [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=serverAuth',
    `subjectAltName=${hosts.join(',')}`,
  ];
  const config = writeConfig(scratch, 'Wattkeeper broker', 'made', extensions);
  await openssl(['req', '-new', ...NEW_KEY, '-config', config, '-keyout', key, '-out', request]);
  const signedBy = ['-CA', files.authority, '-CAkey', files.authorityKey, '-set_serial', newSerial()];
  const made = ['-extfile', config, '-extensions', 'made', '-days', BROKER_DAYS, '-out', certificate];
  await openssl(['x509', '-req', '-sha256', '-in', request, ...signedBy, ...made]);
  const authority = new X509Certificate(readFileSync(files.authority));
  if (!new X509Certificate(readFileSync(certificate)).verify(authority.publicKey))
    throw new StartFailure(`${files.authority} and ${files.authorityKey} do not fit together.`);
  renameSync(key, files.privateKey);
  renameSync(certificate, files.certificate);
}

/** A configuration of our own, since the one of the system may add what we do not want. */
function writeConfig(
  folder: string,
  commonName: string,
  section: string,
  extensions: readonly string[],
): string {
  const file = path.join(folder, 'openssl.cnf');
  const lines = ['[req]', 'prompt=no', 'distinguished_name=name', `x509_extensions=${section}`];
  writeFileSync(file, [...lines, '[name]', `CN=${commonName}`, `[${section}]`, ...extensions, ''].join('\n'));
  return file;
}

/** The names of a certificate that is there already: whoever renews it does not have to name them again. */
function namesIn(certificate: string): string[] {
  if (!existsSync(certificate)) return [];
  const { subjectAltName = '' } = new X509Certificate(readFileSync(certificate));
  const long = '0:0:0:0:0:0:0:1';
  return subjectAltName
    .split(', ')
    .map((name) => name.slice(name.indexOf(':') + 1))
    .filter((name) => name !== '' && name !== long);
}

function alternativeName(name: string): string {
  if (isIP(name) !== 0) return `IP:${name}`;
  if (name.length <= MAX_HOST_NAME_LENGTH && HOST_NAME.test(name)) return `DNS:${name}`;
  throw new StartFailure(`"${name.slice(0, 80)}" is neither a host name nor an address.`);
}

/** RFC 5280 §4.1.2.2: positive, at most 20 bytes; by chance, so that no file has to count. */
function newSerial(): string {
  return `0x7${randomBytes(15).toString('hex')}`;
}

async function openssl(args: readonly string[]): Promise<void> {
  try {
    await run('openssl', [...args], { timeout: OPENSSL_WITHIN_MS });
  } catch (error) {
    if (errorCode(error) === 'ENOENT')
      throw new StartFailure(
        'The program openssl is needed to make certificates: sudo apt-get install openssl.',
      );
    throw new StartFailure(`openssl could not make the certificate (${firstLine(error)}).`);
  }
}
