import { messageDigestOf } from '@onelock/core/cms';
import type { Params } from '@onelock/core/contract';
import type { DigestAlgorithm } from '@onelock/core/crypto';
import { type CodedError, isCodedError } from '@onelock/core/errors';
import type { CallContext } from '../dispatch/call-context.ts';
import { digestFile } from './digest-file.ts';
import type { SigningKey } from './find-key.ts';
import type { AgentParts } from './parts.ts';
import { refuseLogin } from './sign-parts.ts';

type Batch = Params<'signBatch'>;

/** One item of a batch, read past. */
export interface ReadItem {
  readonly id: string;
  readonly title: string;
  readonly bytes: number | null;
  /** The octets, or of a file the digest that a message of this key signs. */
  readonly content: Uint8Array | { readonly digest: Uint8Array };
  /** By the digest that a message of this key signs; null when it could not be read. */
  readonly digest: Uint8Array | null;
  /** By the algorithm of a ticket, where there is one. */
  readonly also: Uint8Array | null;
  /** Why it cannot be signed, whatever the person says. */
  readonly problem: CodedError | null;
}

/** A file that cannot be read fails alone; a login in disguise fails the batch. */
export async function readItem(
  parts: AgentParts,
  context: CallContext,
  { publicKey }: SigningKey,
  { family }: Batch,
  { id, title, source }: Batch['items'][number],
  alsoBy: DigestAlgorithm | undefined,
): Promise<ReadItem> {
  const algorithm = messageDigestOf(publicKey, family);
  if (source.kind === 'content') {
    const { content } = source;
    refuseLogin(content);
    const [digest, also] = [algorithm, alsoBy ?? algorithm].map((name) => parts.ops.digest(name, content));
    return { id, title, bytes: content.length, content, digest: digest ?? null, also: also ?? null, problem: null };
  }
  try {
    const { size, digest, also } = await digestFile(parts, context, source.file, algorithm, alsoBy);
    return { id, title, bytes: size, content: { digest }, digest, also, problem: null };
  } catch (error) {
    if (!isCodedError(error) || error.code === 'ERR_LOGIN_TOKEN_FORBIDDEN_INPUT') throw error;
    return { id, title, bytes: null, content: new Uint8Array(0), digest: null, also: null, problem: error };
  }
}
