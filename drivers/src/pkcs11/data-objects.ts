import { CodedError } from '@onelock/core/errors';
import type { TokenFile } from '../port/index.ts';
import { CKA_CLASS, CKA_LABEL, CKA_PRIVATE, CKA_VALUE, CKO_DATA, type Cryptoki, type Handle } from './abi.ts';
import { attributes, find, isTrue, printable } from './objects.ts';

const maxFiles = 256;

interface DataObject extends TokenFile {
  readonly content: Uint8Array;
}

/** Data objects (CKO_DATA) by their labels: seals, where vendors keep them so. Those behind the PIN show only in a session. */
export function listDataObjects(cryptoki: Cryptoki, session: Handle): readonly TokenFile[] {
  return readObjects(cryptoki, session).map(({ name, size, needsPin }) => ({ name, size, needsPin }));
}

/** @throws {CodedError} ERR_TOKEN_FILE_NOT_FOUND */
export function readDataObject(cryptoki: Cryptoki, session: Handle, wanted: string): Uint8Array {
  const found = readObjects(cryptoki, session).find(({ name }) => name === wanted);
  if (found === undefined) throw new CodedError('ERR_TOKEN_FILE_NOT_FOUND');
  return found.content;
}

function readObjects(cryptoki: Cryptoki, session: Handle): readonly DataObject[] {
  const handles = find(cryptoki, session, [{ type: CKA_CLASS, value: CKO_DATA }]).slice(0, maxFiles);
  return handles.flatMap((handle) => {
    const [label, value] = attributes(cryptoki, session, handle, [CKA_LABEL, CKA_VALUE]);
    const name = printable(label?.toString('utf8') ?? '').slice(0, 128);
    if (name === '' || value === undefined) return [];
    const needsPin = isTrue(cryptoki, session, handle, CKA_PRIVATE);
    return [{ name, size: value.length, needsPin, content: new Uint8Array(value) }];
  });
}
