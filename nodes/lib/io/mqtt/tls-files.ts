import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, type SecureContextOptions } from 'node:tls';

export interface TlsFiles {
  certificate: string;
  privateKey: string;
}

/** Where `wattkeeper certificates` puts what it makes. The authority is what devices have to trust. */
export function certificateFiles(dataFolder: string): TlsFiles & { authority: string; authorityKey: string } {
  const folder = join(dataFolder, 'certificates');
  return {
    certificate: join(folder, 'broker.crt'),
    privateKey: join(folder, 'broker.key'),
    authority: join(folder, 'ca.crt'),
    authorityKey: join(folder, 'ca.key'),
  };
}

/** A renewed certificate lies there for days before the old one ends. */
const LOOK_EVERY_MS = 10_000;
/** Older versions are broken; every TLS library of the last ten years has this one. */
const OLDEST_TLS = 'TLSv1.2';

/** Reads a certificate and its key; throws a sentence that names the file. */
export function readTlsFiles({ certificate, privateKey }: TlsFiles): SecureContextOptions {
  const options: SecureContextOptions = {
    cert: read(certificate, 'certificate'),
    key: read(privateKey, 'private key'),
    minVersion: OLDEST_TLS,
  };
  try {
    createSecureContext(options);
  } catch (error) {
    throw new Error(`${certificate} and ${privateKey} do not fit together`, { cause: error });
  }
  return options;
}

/** Tells when one of the files has changed. Looks at the files by name, since renewing replaces them. Returns the way to stop. */
export function watchTlsFiles(
  { certificate, privateKey }: TlsFiles,
  onChange: () => void,
  everyMs = LOOK_EVERY_MS,
): () => void {
  const files = [certificate, privateKey];
  for (const file of files) watchFile(file, { persistent: false, interval: everyMs }, onChange);
  return () => {
    for (const file of files) unwatchFile(file, onChange);
  };
}

function read(file: string, what: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`the ${what} ${file} cannot be read`, { cause: error });
  }
}
