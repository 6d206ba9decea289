import { toHex } from '@onelock/core/bytes';
import { looksLikeSignedAttributes, prepareSignedData } from '@onelock/core/cms';
import type { Params, Result } from '@onelock/core/contract';
import { type CryptoOps, decodeEcdsaSignature, type PublicKey, type SignatureAlgorithm } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { beginsWithLoginTag, loginScheme, loginToBeSigned } from '@onelock/core/login';
import type { SessionId } from '@onelock/drivers/port';
import type { Content } from '../consent/question.ts';
import type { CallContext, Handlers } from '../dispatch/call-context.ts';
import { instant } from '../shapes/certificate-shape.ts';
import { defaultAlgorithmId, signatureAlgorithmOf } from '../shapes/signature-algorithm.ts';
import { findSigningKey, type SigningKey } from './find-key.ts';
import type { AgentParts } from './parts.ts';
import { stated } from './stated.ts';
import { actWithKey } from './unlock-key.ts';

export function sign(parts: AgentParts) {
  return {
    authenticate: (params, context: CallContext) => authenticate(parts, params, context),
    signData: (params, context: CallContext) => signData(parts, params, context),
    signMessage: (params, context: CallContext) => signMessage(parts, params, context),
  } satisfies Handlers;
}

/** The one place where a login is signed. The origin is the connection's; the page has no say in it. */
async function authenticate(
  parts: AgentParts,
  { key: handle, challenge, display }: Params<'authenticate'>,
  context: CallContext,
): Promise<Result<'authenticate'>> {
  const key = await findSigningKey(parts, context, handle);
  const { origin } = context;
  const certificate = key.certificate.der;
  const scheme = loginScheme(key.publicKey);
  const statement = { purpose: 'login', origin, challenge, certificate, digest: scheme.digest } as const;
  const toBeSigned = loginToBeSigned(statement, parts.ops);
  const act = { act: 'authenticate', key, stated: stated(display), content: null, session: null } as const;
  const signature = await actWithKey(parts, context, act, 'authenticate', (session) =>
    signChecked(parts, key, session, scheme.signature, toBeSigned),
  );
  return { version: 1, origin, challenge, certificate, algorithm: scheme.id, signature };
}

async function signData(
  parts: AgentParts,
  params: Params<'signData'>,
  context: CallContext,
): Promise<Result<'signData'>> {
  refuseLogin(params.data);
  // Such a signature, wrapped, is a signed message over content that the window never showed.
  if (looksLikeSignedAttributes(params.data)) throw new CodedError('ERR_CMS_ATTRIBUTES_FORBIDDEN_INPUT');
  const key = await findSigningKey(parts, context, params.key);
  const id = params.algorithm ?? defaultAlgorithmId(key.publicKey);
  const algorithm = signatureAlgorithmOf(key.publicKey, id, params.sm2UserId);
  const content = contentOf(parts.ops, key.publicKey, params.data);
  const act = { act: 'signData', key, stated: stated(params.display), content, session: null } as const;
  const signature = await actWithKey(parts, context, act, 'sign', (session) =>
    signChecked(parts, key, session, algorithm, params.data),
  );
  return {
    signature: encodeAs(params.encoding ?? 'der', key.publicKey, signature),
    algorithm: id,
    certificate: key.certificate.der,
  };
}

async function signMessage(
  parts: AgentParts,
  params: Params<'signMessage'>,
  context: CallContext,
): Promise<Result<'signMessage'>> {
  refuseLogin(params.content);
  if (params.timestamp === 'require') throw new CodedError('ERR_CALL_UNSUPPORTED', { call: 'createTimestamp' });
  const key = await findSigningKey(parts, context, params.key);
  const id = params.algorithm ?? defaultAlgorithmId(key.publicKey);
  const signingTime = new Date(Math.floor(parts.now().getTime() / 1000) * 1000);
  const prepared = prepareSignedData(
    {
      content: params.content,
      detached: params.form !== 'attached',
      certificate: key.certificate,
      chain: params.chain === 'if-known' ? parts.trust.chainOf(key.certificate) : [],
      signingTime,
      family: params.family,
    },
    parts.ops,
  );
  requireSame(signatureAlgorithmOf(key.publicKey, id), prepared.algorithm, id);
  const content = contentOf(parts.ops, key.publicKey, params.content);
  const act = { act: 'signMessage', key, stated: stated(params.display), content, session: null } as const;
  const signature = await actWithKey(parts, context, act, 'sign', (session) =>
    signChecked(parts, key, session, prepared.algorithm, prepared.toBeSigned),
  );
  return {
    message: prepared.assemble(signature),
    algorithm: id,
    certificate: key.certificate.der,
    signingTime: instant(signingTime),
    timestamp: 'none',
  };
}

/** @throws {CodedError} ERR_LOGIN_TOKEN_FORBIDDEN_INPUT: only `authenticate` may sign what a server takes for a login */
function refuseLogin(bytes: Uint8Array): void {
  if (beginsWithLoginTag(bytes)) throw new CodedError('ERR_LOGIN_TOKEN_FORBIDDEN_INPUT');
}

/** Signs, and checks what the token gave before a page may show it as done. @throws {CodedError} ERR_SIGNATURE_INVALID */
async function signChecked(
  { ops }: AgentParts,
  { target, publicKey }: SigningKey,
  session: SessionId,
  algorithm: SignatureAlgorithm,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const { driver } = target.present;
  const signature = await driver.sign(session, target.identityId, algorithm, { kind: 'message', bytes });
  if (!ops.verify(publicKey, algorithm, bytes, signature)) throw new CodedError('ERR_SIGNATURE_INVALID');
  return signature;
}

/** Size and digest that the window shows, by the digest that people of this key type know. */
function contentOf(ops: CryptoOps, key: PublicKey, bytes: Uint8Array): Content {
  const sm3 = key.kind === 'sm2';
  return {
    bytes: bytes.length,
    digest: { algorithm: sm3 ? 'SM3' : 'SHA-256', hex: toHex(ops.digest(sm3 ? 'sm3' : 'sha256', bytes)) },
  };
}

function encodeAs(encoding: 'der' | 'raw', key: PublicKey, signature: Uint8Array): Uint8Array {
  if (encoding === 'der' || (key.kind !== 'sm2' && key.kind !== 'ec')) return signature;
  return decodeEcdsaSignature(signature, key.kind === 'sm2' ? 'sm2' : key.curve);
}

/** Messages are made with one algorithm per key; another that suits the key is not pretended. */
function requireSame(asked: SignatureAlgorithm, made: SignatureAlgorithm, id: string): void {
  const digestOf = (algorithm: SignatureAlgorithm): string | undefined =>
    'digest' in algorithm ? algorithm.digest : undefined;
  if (asked.kind !== made.kind || digestOf(asked) !== digestOf(made))
    throw new CodedError('ERR_TOKEN_ALGORITHM_UNSUPPORTED', { algorithm: id });
}
