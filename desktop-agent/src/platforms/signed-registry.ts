import { concatBytes, fromBase64, utf8Decode, utf8Encode } from '@onelock/core/bytes';
import { type CryptoOps, type PublicKey, sm2DefaultUserId } from '@onelock/core/crypto';
import { CodedError, isCodedError } from '@onelock/core/errors';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { plainLine } from '../shapes/plain-line.ts';

/** A platform's origin as the service publishes it. */
export interface RegisteredOrigin {
  readonly origin: string;
  /** Id of the platform; null: the service's own pages. */
  readonly platform: string | null;
  readonly name: string;
  /** null: its server has no keys for request tickets. */
  readonly tickets: TicketTerms | null;
}

export interface TicketTerms {
  readonly required: boolean;
  /** SubjectPublicKeyInfo, base64. */
  readonly keys: readonly { readonly id: string; readonly publicKey: string }[];
}

/** What the service signed, read. */
export interface SignedRegistry {
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly origins: ReadonlyMap<string, RegisteredOrigin>;
}

const base64 = (maxLength: number) => Type.String({ minLength: 4, maxLength });
const instant = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?Z$' });

// Objects are open: a later service may say more, and the signature says whose word it is.
const Envelope = Type.Object({
  registry: base64(6 * 1024 * 1024),
  algorithm: Type.Literal('sm2-sm3'),
  signature: base64(400),
});
const Content = Type.Object({
  kind: Type.Literal('onelock-origin-registry'),
  version: Type.Literal(1),
  issuedAt: instant,
  expiresAt: instant,
  origins: Type.Array(
    Type.Object({
      origin: Type.String({ maxLength: 300 }),
      platform: Type.Union([Type.String({ maxLength: 80 }), Type.Null()]),
      name: Type.String({ maxLength: 200 }),
      tickets: Type.Optional(
        Type.Object({
          required: Type.Boolean(),
          keys: Type.Array(Type.Object({ id: Type.String({ maxLength: 64 }), publicKey: base64(4_000) }), {
            maxItems: 10,
          }),
        }),
      ),
    }),
    { maxItems: 20_000 },
  ),
});
const envelopes = Compile(Envelope);
const contents = Compile(Content);

const domain = utf8Encode('onelock-origin-registry-v1\n');
/** No service is believed for longer without being asked again. */
const longestLifeMs = 31 * 24 * 3600 * 1000;

/**
 * Reads a registry of origins as the service published it. What is read is what was signed.
 *
 * @param keys  of the service, as the agent was told them by another way
 * @throws {CodedError} ERR_AGENT_ORIGIN_REGISTRY_INVALID { rule }
 */
export function readSignedRegistry(envelope: unknown, keys: readonly PublicKey[], ops: CryptoOps): SignedRegistry {
  if (!envelopes.Check(envelope)) throw invalid('form of the envelope');
  const [registry, signature] = orInvalid('base64', () => [
    fromBase64(envelope.registry),
    fromBase64(envelope.signature),
  ]);
  const signed = concatBytes(domain, registry);
  const scheme = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
  if (!keys.some((key) => ops.verify(key, scheme, signed, signature))) throw invalid('signature');
  const content: unknown = orInvalid('JSON', () => JSON.parse(utf8Decode(registry)));
  if (!contents.Check(content)) throw invalid('form of the content');
  const [issuedAt, expiresAt] = [new Date(content.issuedAt), new Date(content.expiresAt)];
  const lifeMs = expiresAt.getTime() - issuedAt.getTime();
  if (!(lifeMs > 0 && lifeMs <= longestLifeMs)) throw invalid('lifetime');
  return { issuedAt, expiresAt, origins: new Map(content.origins.map((entry) => [entry.origin, entryOf(entry)])) };
}

function entryOf({ origin, platform, name, tickets }: Static<typeof Content>['origins'][number]): RegisteredOrigin {
  return { origin, platform, name: plainLine(name), tickets: tickets ?? null };
}

function orInvalid<T>(rule: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isCodedError(error) && !(error instanceof SyntaxError)) throw error;
    throw invalid(rule, error);
  }
}

function invalid(rule: string, cause?: unknown): CodedError {
  return new CodedError('ERR_AGENT_ORIGIN_REGISTRY_INVALID', { rule }, { cause });
}
