import { CodedError, isCodedError } from '@onelock/core/errors';
import { formatName, parseCertificate } from '@onelock/core/x509';
import { derOnly } from '../keys/der-only.ts';
import type { TokenIdentity } from '../port/index.ts';
import type { SkfHandle, SkfLibrary } from './library.ts';
import { parseNameList, type SkfName, toCString } from './names.ts';
import { exportPublicKey } from './public-keys.ts';

/** No certificate is longer. */
const maxCertificateBytes = 65_536;

/** The containers of an application: each holds a signing and an encryption certificate (双证书), or one of them, or none. */
export async function listContainers(library: SkfLibrary, application: SkfHandle): Promise<readonly SkfName[]> {
  return parseNameList(await library.readBytes('SKF_EnumContainer', [application]));
}

/**
 * Opens a container for one act.
 * @throws {CodedError} ERR_TOKEN_KEY_NOT_FOUND when the application has none of that name
 */
export async function withContainer<T>(
  library: SkfLibrary,
  application: SkfHandle,
  identityId: string,
  act: (container: SkfHandle) => Promise<T>,
): Promise<T> {
  const name = (await listContainers(library, application)).find(({ text }) => text === identityId);
  if (name === undefined) throw new CodedError('ERR_TOKEN_KEY_NOT_FOUND');
  return withOpen(library, application, name, act);
}

async function withOpen<T>(
  library: SkfLibrary,
  application: SkfHandle,
  name: SkfName,
  act: (container: SkfHandle) => Promise<T>,
): Promise<T> {
  const container = await library.open('SKF_OpenContainer', application, toCString(name.bytes));
  try {
    return await act(container);
  } finally {
    await library.tryCall('SKF_CloseContainer', container);
  }
}

/**
 * One identity per container that has a certificate or a key; its id is the container's name. A container that cannot be read does not
 * hide the others, while the application answers and one of them can be.
 */
export async function readIdentities(library: SkfLibrary, application: SkfHandle): Promise<readonly TokenIdentity[]> {
  const identities: TokenIdentity[] = [];
  let failure: CodedError | null = null;
  for (const name of await listContainers(library, application)) {
    if (name.text === '') continue;
    try {
      const read = (container: SkfHandle): Promise<TokenIdentity | null> => readIdentity(library, container, name);
      const identity = await withOpen(library, application, name, read);
      if (identity !== null) identities.push(identity);
    } catch (error) {
      if (!isCodedError(error)) throw error;
      failure ??= error;
      await listContainers(library, application);
    }
  }
  if (failure !== null && identities.length === 0) throw failure;
  return identities;
}

async function readIdentity(library: SkfLibrary, container: SkfHandle, name: SkfName): Promise<TokenIdentity | null> {
  const signingCertificate = await exportCertificate(library, container, 'signing');
  const encryptionCertificate = await exportCertificate(library, container, 'encryption');
  const signingKey = signingCertificate === null ? await exportPublicKey(library, container, 'signing') : null;
  const encryptionKey = encryptionCertificate === null ? await exportPublicKey(library, container, 'encryption') : null;
  const first = signingCertificate ?? encryptionCertificate;
  if (first === null && signingKey === null && encryptionKey === null) return null;
  return {
    id: name.text,
    label: first === null ? name.text : labelOf(first, name),
    signingCertificate,
    encryptionCertificate,
    ...(signingKey && { uncertifiedSigningKey: signingKey.key.spki }),
    ...(encryptionKey && { uncertifiedEncryptionKey: encryptionKey.key.spki }),
  };
}

/** DER, or null where the container has none: libraries say so by a code, or by nothing at all. */
export async function exportCertificate(
  library: SkfLibrary,
  container: SkfHandle,
  use: 'signing' | 'encryption',
): Promise<Uint8Array | null> {
  try {
    const der = await library.readBytes('SKF_ExportCertificate', [container, use === 'signing' ? 1 : 0]);
    return der.length === 0 || der.length > maxCertificateBytes ? null : derOnly(der);
  } catch (error) {
    if (isCodedError(error) && (error.code === 'ERR_TOKEN_KEY_NOT_FOUND' || error.code === 'ERR_CALL_UNSUPPORTED'))
      return null;
    throw error;
  }
}

/** Containers are mostly named by a GUID, which tells people nothing. */
function labelOf(der: Uint8Array, name: SkfName): string {
  try {
    return formatName(parseCertificate(der).subject).slice(0, 256) || name.text;
  } catch (error) {
    if (isCodedError(error)) return name.text;
    throw error;
  }
}
