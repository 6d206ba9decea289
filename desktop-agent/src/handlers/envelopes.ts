import { type EnvelopedData, parseEnvelope, sealEnvelope } from '@onelock/core/cms';
import type { Params, Result } from '@onelock/core/contract';
import { type CodedError, isCodedError } from '@onelock/core/errors';
import { describeSubject, parseCertificate } from '@onelock/core/x509';
import type { Content, Fact } from '../consent/question.ts';
import type { CallContext, Handlers } from '../dispatch/call-context.ts';
import { instant } from '../shapes/certificate-shape.ts';
import { cipherId, defaultCipher, sealingCipher } from '../shapes/cipher-name.ts';
import { admitTicket, digestBy } from '../tickets/admit-ticket.ts';
import { demandDecryption } from './demand-capability.ts';
import { fileNameFact } from './file-signatures.ts';
import { findShownKey, type ShownKey } from './find-key.ts';
import { endOfCiphertext, keepEnvelope } from './kept-envelope.ts';
import { findOpening, type Openable, openWithToken, rehearseWithToken } from './open-with-token.ts';
import type { AgentParts } from './parts.ts';
import { contentOf, shownContent } from './sign-parts.ts';
import { stated } from './stated.ts';
import { actWithKey } from './unlock-key.ts';

/** Envelopes carried by the call; those in files are in file-envelopes.ts. */
export function envelopes(parts: AgentParts) {
  return {
    encryptData: async (params) => encryptData(parts, params),
    decryptData: (params, context: CallContext) => decryptData(parts, params, context),
    rehearseDecryption: (params, context: CallContext) => rehearseDecryption(parts, params, context),
  } satisfies Handlers;
}

function encryptData(parts: AgentParts, params: Params<'encryptData'>): Result<'encryptData'> {
  const recipients = params.recipients.map((der) => parseCertificate(der));
  const national = recipients.every(({ publicKey }) => publicKey.kind === 'sm2');
  const algorithm = params.algorithm ?? defaultCipher((params.family ?? (national ? 'gm' : 'pkcs7')) === 'gm');
  const input = { content: params.data, recipients, family: params.family, cipher: sealingCipher(algorithm) };
  const envelope = sealEnvelope(input, parts.ops, parts.ciphers);
  return { envelope, algorithm, recipients: recipients.map(describeSubject) };
}

async function decryptData(
  parts: AgentParts,
  params: Params<'decryptData'>,
  context: CallContext,
): Promise<Result<'decryptData'>> {
  const key = await findShownKey(parts, context, params.key);
  demandDecryption(key.target.present, 'decryptData');
  const openable = findOpening(parts, key, parseEnvelope(params.envelope));
  const ticket = await admitTicket(parts, context, params.ticket, digestBy(parts, params.envelope));
  const act = { act: 'decryptData', ...shownAs(parts, key, openable, params), ticket } as const;
  const opened = await actWithKey(parts, context, act, 'decrypt', (session) =>
    openWithToken(parts, key, session, openable),
  );
  return { data: opened.content, algorithm: algorithmOf(openable.envelope) };
}

/**
 * A key that is no recipient, or opens nothing, is a verdict and no accident: that is what a rehearsal is for. Nobody types a
 * PIN where the answer is no without it.
 */
async function rehearseDecryption(
  parts: AgentParts,
  params: Params<'rehearseDecryption'>,
  context: CallContext,
): Promise<Result<'rehearseDecryption'>> {
  const key = await findShownKey(parts, context, params.key);
  demandDecryption(key.target.present, 'rehearseDecryption');
  const { envelope: source } = params;
  if (source.kind === 'file') return rehearseOnFile(parts, context, key, params, source.file);
  const { envelope: bytes } = source;
  const envelope = parseEnvelope(bytes);
  return rehearse(parts, context, key, params, async () => {
    const openable = findOpening(parts, key, envelope);
    return { openable, content: contentOf(parts.ops, openable.certificate.publicKey, bytes), facts: [] };
  });
}

/** The file comes in whole, so that what is rehearsed on is what a recipient would have to open. */
async function rehearseOnFile(
  parts: AgentParts,
  context: CallContext,
  key: ShownKey,
  params: Params<'rehearseDecryption'>,
  file: Params<'decryptFile'>['file'],
): Promise<Result<'rehearseDecryption'>> {
  const kept = await keepEnvelope(parts, context, file);
  try {
    return await rehearse(parts, context, key, params, async () => {
      const found = findOpening(parts, key, kept.envelope, new Uint8Array(0));
      const content = shownContent('sm3', kept.spooled.length, kept.digest);
      const openable = { ...found, ciphertext: await endOfCiphertext(kept) };
      return { openable, content, facts: fileNameFact(kept) };
    });
  } finally {
    await kept.spooled.release();
  }
}

async function rehearse(
  parts: AgentParts,
  context: CallContext,
  key: ShownKey,
  params: Params<'rehearseDecryption'>,
  find: () => Promise<{ readonly openable: Openable; readonly content: Content; readonly facts: readonly Fact[] }>,
): Promise<Result<'rehearseDecryption'>> {
  const { openingAt } = params;
  let openable: Openable | undefined;
  try {
    const found = await find();
    openable = found.openable;
    const { present, identityId } = key.target;
    const opening = openingAt === undefined ? [] : [{ name: 'openingAt', value: openingAt } as const];
    const act = {
      act: 'rehearseDecryption',
      on: { present, identityId, certificate: openable.certificate },
      stated: stated(params.display),
      content: found.content,
      facts: [...found.facts, ...opening],
    } as const;
    await actWithKey(parts, context, act, 'decrypt', (session) =>
      rehearseWithToken(parts, key, session, found.openable),
    );
    return { indication: 'passed', ...factsOf(parts, openable, openingAt) };
  } catch (error) {
    if (!isCodedError(error) || !isVerdict(error)) throw error;
    const reason = { code: error.code, params: error.params };
    return { indication: 'failed', reason, ...factsOf(parts, openable, openingAt) };
  }
}

function isVerdict({ code }: CodedError): boolean {
  return (
    code === 'ERR_ENVELOPE_NOT_RECIPIENT' || code === 'ERR_ENVELOPE_CONTENT_INVALID' || code === 'ERR_TOKEN_KEY_USAGE'
  );
}

function factsOf(parts: AgentParts, openable: Openable | undefined, openingAt: string | undefined) {
  const notAfter = openable?.certificate.notAfter;
  return {
    recipient: openable === undefined ? null : describeSubject(openable.certificate),
    certificateNotAfter: notAfter === undefined ? null : instant(notAfter),
    expiresBeforeOpening: notAfter !== undefined && openingAt !== undefined && notAfter < new Date(openingAt),
    rehearsedAt: instant(parts.now()),
  };
}

/** The window shows the certificate by which the key is a recipient, and the envelope's size and digest. */
function shownAs(
  parts: AgentParts,
  { target }: ShownKey,
  { certificate }: Openable,
  {
    envelope,
    display,
  }: { readonly envelope: Uint8Array; readonly display?: Params<'decryptData'>['display'] | undefined },
) {
  return {
    on: { present: target.present, identityId: target.identityId, certificate },
    stated: stated(display),
    content: contentOf(parts.ops, certificate.publicKey, envelope),
  };
}

function algorithmOf({ content }: EnvelopedData): string {
  const { cipher, oid } = content.encryption;
  return cipher === undefined ? oid : cipherId(cipher);
}
