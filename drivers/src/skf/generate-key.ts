import { randomUUID } from 'node:crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { GeneratedKey, KeySpec, SkfQuirks } from '../port/index.ts';
import { layoutOf } from './abi.ts';
import { decodeEccPublicKey, decodeRsaPublicKey, type ExportedKey } from './blobs.ts';
import { listContainers } from './containers.ts';
import { codedFailure } from './errors.ts';
import type { SkfHandle, SkfLibrary } from './library.ts';
import { toCString } from './names.ts';
import { returnValueOf } from './return-values.ts';

/** SGD_SM2_1 of GM/T 0016-2012 and of GM/T 0006 (GB/T 33560). */
const sm2Algorithms = { 'gmt-0016': 0x0002_0100, 'gmt-0006': 0x0002_0200 } as const;
/** Behind a blob: libraries write more than they should. */
const slack = 1024;
const rsaBits = 2048;

/** Names that every library takes as they are: printable ASCII, short. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,30}[A-Za-z0-9]$/;

/** What a library can generate, by what it exports. */
export function generatedSpecs(library: SkfLibrary, algorithms: readonly string[]): readonly KeySpec[] {
  if (!library.has('SKF_CreateContainer')) return [];
  return [
    ...(algorithms.includes('sm2') && library.has('SKF_GenECCKeyPair') ? (['sm2'] as const) : []),
    ...(algorithms.includes('rsa') && library.has('SKF_GenRSAKeyPair') ? (['rsa-2048'] as const) : []),
  ];
}

/**
 * Makes a signing key pair in a new container. What fails leaves no container behind.
 * @throws {CodedError} ERR_TOKEN_ALGORITHM_UNSUPPORTED, ERR_TOKEN_FULL and as codedFailure says
 */
export async function generateInContainer(
  library: SkfLibrary,
  application: SkfHandle,
  quirks: SkfQuirks,
  keySpec: KeySpec,
  label: string,
): Promise<GeneratedKey> {
  // RSAPUBLICKEYBLOB has room for 2048 bits (GM/T 0016-2012 §6.4.3).
  if (keySpec !== 'sm2' && keySpec !== 'rsa-2048') throw unsupported(keySpec);
  const name = await freeName(library, application, label);
  const container = await library.open('SKF_CreateContainer', application, toCString(Buffer.from(name)));
  try {
    const made =
      keySpec === 'sm2' ? await generateSm2(library, container, quirks) : await generateRsa(library, container);
    return { identityId: name, publicKey: made.key.spki };
  } catch (error) {
    await library.tryCall('SKF_CloseContainer', container);
    await library.tryCall('SKF_DeleteContainer', application, toCString(Buffer.from(name)));
    throw error;
  } finally {
    await library.tryCall('SKF_CloseContainer', container);
  }
}

async function generateSm2(library: SkfLibrary, container: SkfHandle, quirks: SkfQuirks): Promise<ExportedKey> {
  const { size } = layoutOf('ECCPUBLICKEYBLOB', library.abi);
  const blob = Buffer.alloc(size + slack);
  const { sm2KeyAlgorithm } = quirks;
  const numbers = sm2KeyAlgorithm === undefined ? Object.values(sm2Algorithms) : [sm2Algorithms[sm2KeyAlgorithm]];
  let value = returnValueOf('SAR_NOTSUPPORTYETERR');
  for (const number of numbers) {
    value = await library.tryCall('SKF_GenECCKeyPair', container, number, blob);
    if (value !== returnValueOf('SAR_NOTSUPPORTYETERR') && value !== returnValueOf('SAR_INVALIDPARAMERR')) break;
  }
  if (value !== 0) throw codedFailure('SKF_GenECCKeyPair', value, { algorithm: 'sm2' });
  return understood('SKF_GenECCKeyPair', () => decodeEccPublicKey(blob.subarray(0, size), library.abi));
}

async function generateRsa(library: SkfLibrary, container: SkfHandle): Promise<ExportedKey> {
  const { size } = layoutOf('RSAPUBLICKEYBLOB', library.abi);
  const blob = Buffer.alloc(size + slack);
  const value = await library.tryCall('SKF_GenRSAKeyPair', container, rsaBits, blob);
  if (value !== 0) throw codedFailure('SKF_GenRSAKeyPair', value, { algorithm: `rsa-${rsaBits}` });
  const made = understood('SKF_GenRSAKeyPair', () => decodeRsaPublicKey(blob.subarray(0, size), library.abi));
  if (made.key.kind === 'rsa' && made.key.modulusBits === rsaBits) return made;
  throw odd('SKF_GenRSAKeyPair');
}

function understood(api: string, decode: () => ExportedKey | null): ExportedKey {
  try {
    const key = decode();
    if (key !== null) return key;
  } catch (error) {
    if (!isCodedError(error)) throw error;
  }
  throw odd(api);
}

/** The library said SAR_OK and gave out no such key. */
function odd(api: string): CodedError {
  return new CodedError('ERR_TOKEN_NATIVE_FAILURE', { api, name: 'PUBLIC_KEY_INVALID' });
}

async function freeName(library: SkfLibrary, application: SkfHandle, label: string): Promise<string> {
  const taken = new Set((await listContainers(library, application)).map(({ text }) => text));
  return plainName.test(label) && !taken.has(label) ? label : randomUUID().toUpperCase();
}

function unsupported(algorithm: string): CodedError {
  return new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm });
}
