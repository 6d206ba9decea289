import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodePem } from '@onelock/core/bytes';
import { prepareSoftHsmStore, provisionPkcs11Token } from '@onelock/drivers/pkcs11';
import { createSoftToken } from '@onelock/drivers/soft';

const pki = fileURLToPath(new URL('../../../vectors/pki/', import.meta.url));

export const pin = '24681357';
export const trustAnchorFiles = ['rsa/root.pem', 'rsa/intermediate.pem', 'sm2/root.pem', 'sm2/intermediate.pem'].map(
  (file) => path.join(pki, file),
);

/** DER of a certificate or key of our own test hierarchy (vectors/pki). */
export function testDer(file: string): Uint8Array {
  const [block] = decodePem(readFileSync(path.join(pki, file), 'utf8'));
  if (block === undefined) throw new Error(`${file} holds no PEM`);
  return block.bytes;
}

export interface SoftTokens {
  readonly driver: object;
  /** Pulls the token out, as far as a file can be. */
  remove(): void;
  insert(): void;
  cleanUp(): void;
}

export interface SoftTokenOptions {
  readonly signDelayMs?: number;
  readonly pinRetries?: number;
  readonly defaultPin?: boolean;
  readonly id?: string;
  readonly administratorPin?: string;
  readonly recoveryKey?: Uint8Array;
}

/** A file token with an SM2 pair and an RSA key, in a folder of its own. */
export async function makeSoftToken(options: SoftTokenOptions = {}): Promise<SoftTokens> {
  const root = mkdtempSync(path.join(tmpdir(), 'onelock-soft-'));
  const folder = path.join(root, 'tokens');
  mkdirSync(folder);
  const file = path.join(folder, 'company.softtoken');
  const away = path.join(root, 'company.softtoken');
  await createSoftToken({
    file,
    label: '示例 UKey',
    serialNumber: '00000001',
    pin,
    pinRetries: options.pinRetries ?? 6,
    defaultPin: options.defaultPin ?? false,
    ...(options.signDelayMs === undefined ? {} : { testSignDelayMs: options.signDelayMs }),
    ...(options.administratorPin === undefined ? {} : { administratorPin: options.administratorPin }),
    ...(options.recoveryKey === undefined ? {} : { recoveryKey: options.recoveryKey }),
    identities: [
      {
        id: 'sm2',
        label: 'SM2',
        signing: { pkcs8: testDer('sm2/leaf.test-key.pem'), certificate: testDer('sm2/leaf.pem') },
        encryption: { pkcs8: testDer('sm2/encrypt.test-key.pem'), certificate: testDer('sm2/encrypt.pem') },
      },
      {
        id: 'rsa',
        label: 'RSA',
        signing: { pkcs8: testDer('rsa/leaf.test-key.pem'), certificate: testDer('rsa/leaf.pem') },
      },
    ],
  });
  return {
    driver: { id: options.id ?? 'soft', family: 'soft', folder },
    remove: () => renameSync(file, away),
    insert: () => renameSync(away, file),
    cleanUp: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A SoftHSM2 token with an RSA key. @param library from `softHsmLibrary()` */
export async function makeSoftHsmToken(library: string): Promise<{ readonly driver: object; cleanUp(): void }> {
  const root = mkdtempSync(path.join(tmpdir(), 'onelock-softhsm-'));
  const store = prepareSoftHsmStore(path.join(root, 'store'), library);
  await provisionPkcs11Token({
    ...store,
    label: 'bidder',
    userPin: pin,
    soPin: '87654321',
    identities: [
      {
        id: '01',
        label: 'RSA',
        pkcs8: testDer('rsa/leaf.test-key.pem'),
        certificate: testDer('rsa/leaf.pem'),
      },
    ],
  });
  return {
    driver: { id: 'softhsm2', family: 'pkcs11', ...store },
    cleanUp: () => rmSync(root, { recursive: true, force: true }),
  };
}
