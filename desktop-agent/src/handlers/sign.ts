import { looksLikeSignedAttributes, prepareSignedData } from '@onelock/core/cms';
import type { Params, Result } from '@onelock/core/contract';
import { CodedError } from '@onelock/core/errors';
import { loginScheme, loginToBeSigned } from '@onelock/core/login';
import type { CallContext, Handlers } from '../dispatch/call-context.ts';
import { instant } from '../shapes/certificate-shape.ts';
import { defaultAlgorithmId, signatureAlgorithmOf } from '../shapes/signature-algorithm.ts';
import { admitTicket, digestBy } from '../tickets/admit-ticket.ts';
import { demandNoDigestGrant } from './digest-grants.ts';
import { findSigningKey, targetOf } from './find-key.ts';
import type { AgentParts } from './parts.ts';
import { signBatch } from './sign-batch.ts';
import { signDigest } from './sign-digest.ts';
import {
  contentOf,
  encodeAs,
  refuseLogin,
  refuseTimestamp,
  requireSame,
  signChecked,
  signingTimeOf,
} from './sign-parts.ts';
import { stated } from './stated.ts';
import { actWithKey } from './unlock-key.ts';

export function sign(parts: AgentParts) {
  return {
    authenticate: (params, context: CallContext) => authenticate(parts, params, context),
    signData: (params, context: CallContext) => signData(parts, params, context),
    signMessage: (params, context: CallContext) => signMessage(parts, params, context),
    signDigest: (params, context: CallContext) => signDigest(parts, params, context),
    signBatch: (params, context: CallContext) => signBatch(parts, params, context),
  } satisfies Handlers;
}

/** The one place where a login is signed. The origin is the connection's; the page has no say in it. */
async function authenticate(
  parts: AgentParts,
  { key: handle, challenge, display, ticket: offered }: Params<'authenticate'>,
  context: CallContext,
): Promise<Result<'authenticate'>> {
  const { origin } = context;
  demandNoDigestGrant(parts.config.digestGrants, origin);
  const key = await findSigningKey(parts, context, handle);
  const certificate = key.certificate.der;
  const scheme = loginScheme(key.publicKey);
  const statement = { purpose: 'login', origin, challenge, certificate, digest: scheme.digest } as const;
  const toBeSigned = loginToBeSigned(statement, parts.ops);
  const ticket = await admitTicket(parts, context, offered, digestBy(parts, challenge));
  const act = { act: 'authenticate', on: targetOf(key), stated: stated(display), ticket } as const;
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
  const ticket = await admitTicket(parts, context, params.ticket, digestBy(parts, params.data));
  const act = { act: 'signData', on: targetOf(key), stated: stated(params.display), ticket, content } as const;
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
  refuseTimestamp(params.timestamp);
  const key = await findSigningKey(parts, context, params.key);
  const id = params.algorithm ?? defaultAlgorithmId(key.publicKey);
  const signingTime = signingTimeOf(parts.now());
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
  const ticket = await admitTicket(parts, context, params.ticket, digestBy(parts, params.content));
  const act = { act: 'signMessage', on: targetOf(key), stated: stated(params.display), ticket, content } as const;
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
