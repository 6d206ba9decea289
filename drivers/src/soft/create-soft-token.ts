import { randomBytes } from 'node:crypto';
import { utf8Encode } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import { demandPair } from '../keys/demand-pair.ts';
import type { SoftKeyContents, SoftTokenContents } from './soft-token.ts';
import { dataKeyPurpose, deriveKey, newKdf, privateKeyPurpose, seal } from './token-cipher.ts';
import { encodeField, parseTokenFile, type SoftKey, softPinLength, tokenFileExtension } from './token-file.ts';
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
  const pin = typeof contents.pin === 'string' ? utf8Encode(contents.pin) : contents.pin;
  if (pin.length < softPinLength.min || pin.length > softPinLength.max)
    throw new CodedError('ERR_TOKEN_PIN_LENGTH', softPinLength);
  const kdf = newKdf();
  const dataKey = new Uint8Array(randomBytes(32));
  const pinKey = await deriveKey(kdf, pin);
  const { serialNumber, label, pinRetries: retries = 6, testSignDelayMs } = contents;
  try {
    const token = {
      format: 'onelock-soft-token/1',
      serialNumber,
      label,
      pin: { retriesMax: retries, retriesLeft: retries, isDefault: contents.defaultPin ?? false },
      kdf,
      dataKey: seal(pinKey, dataKeyPurpose(serialNumber), dataKey),
      identities: sealIdentities(contents, dataKey),
      ...(testSignDelayMs === undefined ? {} : { testSignDelayMs }),
    };
    writeNewToken(contents.file, checked(token));
  } finally {
    dataKey.fill(0);
    pinKey.fill(0);
  }
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
  role: 'signing' | 'encryption',
  contents: SoftKeyContents,
): SoftKey {
  const certificate = encodeField(contents.certificate);
  const purpose = privateKeyPurpose(serialNumber, identityId, role, certificate);
  const { kind } = demandPair(ops, contents.pkcs8, contents.certificate);
  return { algorithm: kind, certificate, key: seal(dataKey, purpose, contents.pkcs8) };
}

/** The schema of the file is the schema of its contents. */
function checked(token: object): ReturnType<typeof parseTokenFile> {
  try {
    return parseTokenFile(JSON.stringify(token));
  } catch (cause) {
    throw new CodedError('ERR_REQUEST_INVALID', { field: 'contents', rule: 'limits of a token file' }, { cause });
  }
}
