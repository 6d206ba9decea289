import { randomBytes } from 'node:crypto';
import { utf8Encode } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import { demandPair } from '../keys/demand-pair.ts';
import { demandPinLength } from './check-pin.ts';
import { type KeyRole, sealCertifiedKey } from './soft-keys.ts';
import type { SoftKeyContents, SoftTokenContents } from './soft-token.ts';
import { dataKeyPurpose, deriveKey, filePurpose, newKdf, seal } from './token-cipher.ts';
import { encodeField, parseTokenFile, type SoftKey, type SoftTokenFile, tokenFileExtension } from './token-file.ts';
import { writeNewToken } from './token-store.ts';

/**
 * Writes a new token file: keys encrypted under the PIN, certificates in the clear.
 *
 * @throws {CodedError} ERR_TOKEN_PIN_LENGTH, ERR_CRYPTO_KEY_INVALID when a key and its certificate do not belong
 *   together, ERR_REQUEST_INVALID { field, rule }, ERR_TOKEN_NATIVE_FAILURE when the file exists or cannot be written
 */
export async function createSoftToken(contents: SoftTokenContents): Promise<void> {
  if (!contents.file.endsWith(tokenFileExtension))
    throw new CodedError('ERR_REQUEST_INVALID', { field: 'file', rule: `*${tokenFileExtension}` });
  const dataKey = new Uint8Array(randomBytes(32));
  const { serialNumber, label, pinRetries: retries = 6, administratorPin, recoveryKey, testSignDelayMs } = contents;
  const counted = { retriesMax: retries, retriesLeft: retries };
  try {
    const user = await lockWith(contents.pin, dataKeyPurpose(serialNumber), dataKey);
    const administrator =
      administratorPin && (await lockWith(administratorPin, dataKeyPurpose(serialNumber, 'administrator'), dataKey));
    const token = {
      format: 'onelock-soft-token/1',
      serialNumber,
      label,
      pin: { ...counted, isDefault: contents.defaultPin ?? false },
      ...user,
      ...(administrator && { administrator: { ...counted, ...administrator } }),
      ...(recoveryKey && {
        recovery: { dataKey: seal(recoveryKey, dataKeyPurpose(serialNumber, 'recovery'), dataKey) },
      }),
      identities: sealIdentities(contents, dataKey),
      ...(contents.files && { files: sealFiles(contents, dataKey) }),
      ...(testSignDelayMs === undefined ? {} : { testSignDelayMs }),
    };
    writeNewToken(contents.file, checked(token));
  } finally {
    dataKey.fill(0);
  }
}

async function lockWith(
  pin: Uint8Array | string,
  purpose: string,
  dataKey: Uint8Array,
): Promise<Pick<SoftTokenFile, 'kdf' | 'dataKey'>> {
  const bytes = typeof pin === 'string' ? utf8Encode(pin) : pin;
  demandPinLength(bytes);
  const kdf = newKdf();
  const pinKey = await deriveKey(kdf, bytes);
  try {
    return { kdf, dataKey: seal(pinKey, purpose, dataKey) };
  } finally {
    pinKey.fill(0);
  }
}

function sealFiles({ serialNumber, files = [] }: SoftTokenContents, dataKey: Uint8Array): readonly object[] {
  return files.map(({ name, content, needsPin = false }) => ({
    name,
    content: needsPin
      ? { size: content.length, sealed: seal(dataKey, filePurpose(serialNumber, name), content) }
      : { open: encodeField(content) },
  }));
}

function sealIdentities({ serialNumber, identities }: SoftTokenContents, dataKey: Uint8Array): readonly object[] {
  const ops = createNodeCrypto();
  return identities.map(({ id, label, signing, encryption }) => ({
    id,
    label,
    signing: sealKey(ops, dataKey, serialNumber, id, 'signing', signing),
    ...(encryption && { encryption: sealKey(ops, dataKey, serialNumber, id, 'encryption', encryption) }),
  }));
}

function sealKey(
  ops: CryptoOps,
  dataKey: Uint8Array,
  serialNumber: string,
  identityId: string,
  role: KeyRole,
  contents: SoftKeyContents,
): SoftKey {
  const privateKey = demandPair(ops, contents.pkcs8, contents.certificate);
  return sealCertifiedKey(dataKey, { serialNumber, identityId, role }, privateKey, contents.certificate);
}

/** The schema of the file is the schema of its contents. */
function checked(token: object): ReturnType<typeof parseTokenFile> {
  try {
    return parseTokenFile(JSON.stringify(token));
  } catch (cause) {
    throw new CodedError('ERR_REQUEST_INVALID', { field: 'contents', rule: 'limits of a token file' }, { cause });
  }
}
