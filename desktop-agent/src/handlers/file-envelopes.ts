import { prepareSealing } from '@onelock/core/cms';
import type { Params, Result } from '@onelock/core/contract';
import { describeSubject, parseCertificate } from '@onelock/core/x509';
import type { CallContext, Handlers } from '../dispatch/call-context.ts';
import { createSealer } from '../files/content-stream-cipher.ts';
import { sealingCipher } from '../shapes/cipher-name.ts';
import { decryptFile } from './decrypt-file.ts';
import { fileFacts } from './file-signatures.ts';
import { openFileSource } from './file-source.ts';
import { openFileTarget, writeFileTarget } from './file-target.ts';
import type { AgentParts } from './parts.ts';
import { progressOf } from './progress.ts';

/** Files pass through in pieces: encrypted as they come, decrypted only once the whole has been proven. */
export function fileEnvelopes(parts: AgentParts) {
  return {
    encryptFile: (params, context: CallContext) => encryptFile(parts, params, context),
    decryptFile: (params, context: CallContext) => decryptFile(parts, params, context),
  } satisfies Handlers;
}

async function encryptFile(
  parts: AgentParts,
  params: Params<'encryptFile'>,
  context: CallContext,
): Promise<Result<'encryptFile'>> {
  const recipients = params.recipients.map((der) => parseCertificate(der));
  const file = await openFileSource(parts, context, params.file);
  const target = await openFileTarget(parts, context, params.target, `${file.name ?? 'file'}.p7m`);
  const national = recipients.every(({ publicKey }) => publicKey.kind === 'sm2');
  // A file is authenticated unless somebody asks otherwise.
  const algorithm = params.algorithm ?? (national ? 'SM4-GCM' : 'AES-256-GCM');
  const input = { recipients, cipher: sealingCipher(algorithm), contentLength: file.size };
  const sealing = prepareSealing(input, parts.ops, parts.ciphers);
  const sealer = createSealer(parts.ops, sealing.cipher, sealing.contentKey, sealing.iv);
  sealing.contentKey.fill(0);
  const digestAlgorithm = national ? 'sm3' : 'sha256';
  const progress = progressOf(parts, context, 'bytes', file.size);
  let done = 0;
  const written = await writeFileTarget(parts, context, target, digestAlgorithm, async (to) => {
    await to.write(sealing.head);
    for await (const chunk of file.chunks) {
      await to.write(sealer.update(chunk));
      done += chunk.length;
      progress(done);
    }
    const { rest, tag } = sealer.finish();
    await to.write(rest);
    await to.write(sealing.tail(tag));
  });
  return {
    file: fileFacts({ ...written, name: written.name ?? file.name }, digestAlgorithm),
    algorithm,
    recipients: recipients.map(describeSubject),
  };
}
