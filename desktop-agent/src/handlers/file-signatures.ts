import { ContentDigester, contentPlan, messageDigestOf, parseSignedData, prepareSignedData } from '@onelock/core/cms';
import type { Params, Result } from '@onelock/core/contract';
import type { DigestAlgorithm } from '@onelock/core/crypto';
import type { Fact } from '../consent/question.ts';
import type { CallContext, Handlers } from '../dispatch/call-context.ts';
import { instant } from '../shapes/certificate-shape.ts';
import { defaultAlgorithmId, signatureAlgorithmOf } from '../shapes/signature-algorithm.ts';
import { admitTicket, demandDigest } from '../tickets/admit-ticket.ts';
import { digestOpened, type FileDigest } from './digest-file.ts';
import { openFileSource } from './file-source.ts';
import { findSigningKey, targetOf } from './find-key.ts';
import type { AgentParts } from './parts.ts';
import { progressOf } from './progress.ts';
import { namedDigest, refuseTimestamp, requireSame, shownContent, signChecked, signingTimeOf } from './sign-parts.ts';
import { stated } from './stated.ts';
import { actWithKey } from './unlock-key.ts';

type FileFacts = Result<'signFile'>['file'];
type FactsDigest = FileFacts['digestAlgorithm'];

/** Files pass by once, in constant memory; what is signed is the digest of what passed by, so nothing can change after. */
export function fileSignatures(parts: AgentParts): Pick<Handlers, 'signFile' | 'verifyFile'> {
  return {
    signFile: (params, context: CallContext) => signFile(parts, params, context),
    verifyFile: (params, context: CallContext) => verifyFile(parts, params, context),
  };
}

async function signFile(
  parts: AgentParts,
  params: Params<'signFile'>,
  context: CallContext,
): Promise<Result<'signFile'>> {
  refuseTimestamp(params.timestamp);
  const key = await findSigningKey(parts, context, params.key);
  const id = params.algorithm ?? defaultAlgorithmId(key.publicKey);
  const algorithm = signatureAlgorithmOf(key.publicKey, id);
  const digestAlgorithm = namedDigest(messageDigestOf(key.publicKey, params.family));
  const ticket = await admitTicket(parts, context, params.ticket, null);
  const opened = await openFileSource(parts, context, params.file);
  const file = await digestOpened(parts, context, opened, digestAlgorithm, ticket?.digest.algorithm);
  if (ticket !== null) demandDigest(ticket.digest, file.also);
  const signingTime = signingTimeOf(parts.now());
  const prepared = prepareSignedData(
    {
      content: { digest: file.digest },
      detached: true,
      certificate: key.certificate,
      chain: params.chain === 'if-known' ? parts.trust.chainOf(key.certificate) : [],
      signingTime,
      family: params.family,
    },
    parts.ops,
  );
  requireSame(algorithm, prepared.algorithm, id);
  const act = {
    act: 'signFile',
    on: targetOf(key),
    stated: stated(params.display),
    ticket,
    content: shownContent(digestAlgorithm, file.size, file.digest),
    facts: fileNameFact(file),
  } as const;
  const signature = await actWithKey(parts, context, act, 'sign', async (session) => {
    await opened.demandUnchanged();
    return signChecked(parts, key, session, prepared.algorithm, prepared.toBeSigned);
  });
  return {
    message: prepared.assemble(signature),
    algorithm: id,
    certificate: key.certificate.der,
    signingTime: instant(signingTime),
    timestamp: 'none',
    file: fileFacts(file, digestAlgorithm),
  };
}

/** Judged here and not by the service, which would have to be sent the file. */
async function verifyFile(
  parts: AgentParts,
  params: Params<'verifyFile'>,
  context: CallContext,
): Promise<Result<'verifyFile'>> {
  const message = parseSignedData(params.message);
  const plan = contentPlan(message, parts.judge.knownCertificates(params));
  const shown = plan.digests.includes('sm3') ? 'sm3' : 'sha256';
  const digester = new ContentDigester(
    { ...plan, digests: [...new Set<DigestAlgorithm>([...plan.digests, shown])] },
    parts.ops,
  );
  const file = await openFileSource(parts, context, params.file);
  const progress = progressOf(parts, context, 'bytes', file.size);
  let size = 0;
  for await (const chunk of file.chunks) {
    digester.update(chunk);
    size += chunk.length;
    progress(size);
  }
  const content = digester.finish();
  return {
    report: parts.judge.fileSignature({ ...params, message, content }),
    file: fileFacts({ name: file.name, handle: file.handle, size, digest: content.digest(shown) }, shown),
  };
}

export function fileFacts(
  { name, handle, size, digest }: Omit<FileDigest, 'also'>,
  digestAlgorithm: FactsDigest,
): FileFacts {
  return { name, size, digest, digestAlgorithm, file: handle };
}

/** The name of a file that the person picked is a fact; one that the page streams has the name that the page gives it. */
export function fileNameFact({ name, handle }: Pick<FileDigest, 'name' | 'handle'>): readonly Fact[] {
  return name === null ? [] : [{ name: handle === null ? 'fileName' : 'pickedFile', value: name }];
}
