import { concatBytes, utf8Encode } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import type { TokenFile } from '../../../port/index.ts';
import { brokenCard } from '../../apdu/index.ts';
import { type GmChannel, readNames } from './gm-channel.ts';
import { SECURE_ANYONE } from './instructions.ts';

const step = 1024;
const mostFileBytes = 1024 * 1024;
const noFile = [0x6a93, 0x6a82];

export async function listGmFiles(gm: GmChannel, appId: Uint8Array): Promise<readonly TokenFile[]> {
  const [p1 = 0, p2 = 0] = idAsParameters(gm, appId);
  const names = readNames(await gm.demand('EnumFiles', { p1, p2, le: 'most' }));
  const files: TokenFile[] = [];
  for (const name of names) {
    const file = await fileNamed(gm, appId, name);
    if (file !== null) files.push(file);
  }
  return files;
}

/** @throws {CodedError} ERR_TOKEN_FILE_NOT_FOUND, ERR_TOKEN_SESSION_CLOSED for one that needs a PIN */
export async function readGmFile(
  gm: GmChannel,
  appId: Uint8Array,
  name: string,
  unlocked: boolean,
): Promise<Uint8Array> {
  const file = await fileNamed(gm, appId, name);
  if (file === null) throw new CodedError('ERR_TOKEN_FILE_NOT_FOUND');
  if (file.needsPin && !unlocked) throw new CodedError('ERR_TOKEN_SESSION_CLOSED');
  if (file.size > mostFileBytes) throw brokenCard('GM ReadFile', `${file.size} bytes`);
  const { u16 } = gm.numbers;
  const bytes = utf8Encode(name);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < file.size; at += step) {
    const wanted = Math.min(step, file.size - at);
    const data = concatBytes(appId, u16(at), u16(bytes.length), bytes);
    const part = await gm.demand('ReadFile', { data, le: wanted });
    if (part.length !== wanted) throw brokenCard('GM ReadFile', `${part.length} bytes instead of ${wanted}`);
    parts.push(part);
  }
  return concatBytes(...parts);
}

/** Size, rights to read and to write. */
async function fileNamed(gm: GmChannel, appId: Uint8Array, name: string): Promise<TokenFile | null> {
  const [p1 = 0, p2 = 0] = idAsParameters(gm, appId);
  const answer = await gm.find('GetFileInfo', { p1, p2, data: utf8Encode(name), le: 'most' }, noFile);
  if (answer === null) return null;
  const { readU32 } = gm.numbers;
  return { name, size: readU32(answer, 0), needsPin: readU32(answer, 4) !== SECURE_ANYONE };
}

/** These commands name the application in P1 and P2, high byte first whatever the order elsewhere. */
function idAsParameters({ numbers }: GmChannel, appId: Uint8Array): Uint8Array {
  const id = numbers.readU16(appId, 0);
  return Uint8Array.of(id >> 8, id & 0xff);
}
