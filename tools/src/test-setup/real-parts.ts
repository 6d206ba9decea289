import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');

const firstExisting = (...candidates: readonly string[]): string | undefined =>
  candidates.find((file) => existsSync(file));

/** Folder of the published cases, which stand beside the checkout and are never copied into it. */
export function publishedVectors(): string | undefined {
  return firstExisting(process.env.ONELOCK_VECTORS ?? path.join(root, '../shared/vectors'));
}

/** One file or folder of the published cases. */
export function publishedVector(relative: string): string | undefined {
  const folder = publishedVectors();
  return folder === undefined ? undefined : firstExisting(path.join(folder, relative));
}

/** OpenSSL's command, the second opinion. */
export function opensslCommand(): string | undefined {
  return firstExisting('/usr/bin/openssl', '/usr/local/bin/openssl', '/opt/homebrew/bin/openssl');
}

/** SoftHSM2's PKCS#11 library. */
export function softHsmLibrary(): string | undefined {
  return firstExisting(
    '/usr/lib/softhsm/libsofthsm2.so',
    '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
    '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
    '/usr/lib64/softhsm/libsofthsm.so',
  );
}

/** A Chromium that Playwright can drive. */
export function chromiumExecutable(): string | undefined {
  return firstExisting(
    process.env.ONELOCK_CHROMIUM ?? '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  );
}

/** Folder of PostgreSQL's server programs; Debian keeps them out of the PATH. */
export function postgresPrograms(): string | undefined {
  return [15, 16, 17, 14]
    .map((version) => `/usr/lib/postgresql/${version}/bin`)
    .concat('/usr/local/pgsql/bin', '/opt/homebrew/bin')
    .find((folder) => existsSync(path.join(folder, 'initdb')));
}
