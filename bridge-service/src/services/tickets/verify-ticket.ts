import { concatBytes, fromBase64, utf8Encode } from '@onelock/core/bytes';
import { parsePublicKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { judgeSignature } from '@onelock/core/validation';
import type { Reason } from '@onelock/core/verdict';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { appendAudit } from '../append-audit.ts';
import { secretDigest } from '../identifiers.ts';
import type { Act, Ports } from '../ports/ports.ts';
import { authorOf } from '../registry/record-change.ts';
import { signatureAlgorithmFor } from '../signature-algorithm.ts';

/** A request as a trading server vouches for it. */
export interface RequestTicket {
  readonly platformId: string;
  /** Of the platform's profile. */
  readonly keyId: string;
  /** JSON of a {@link TicketStatement}, exactly as it was signed. */
  readonly statement: string;
  /** Base64, over {@link ticketToBeSigned}. */
  readonly signature: string;
}

export interface TicketStatement {
  readonly version: 1;
  /** Name of the call. */
  readonly operation: string;
  readonly origin: string;
  readonly digest: { readonly algorithm: 'sm3' | 'sha256' | 'sha384' | 'sha512'; readonly value: string };
  /** What the person is shown. */
  readonly text: string;
  readonly nonce: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
}

export interface TicketVerdict {
  readonly indication: 'passed' | 'failed';
  readonly reason: Reason | null;
  readonly platform: { readonly id: string; readonly name: string } | null;
  /** Only of a ticket that passed. */
  readonly statement: TicketStatement | null;
}

/** A ticket lives for so long at most; and clocks of servers may differ by this much. */
const longestLifeMs = 60_000;
const clockToleranceMs = 5_000;

const line = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[^\\x00-\\x1f\\x7f]*$' });
const instant = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?Z$' });
const statementSchema = Compile(
  Type.Object(
    {
      version: Type.Literal(1),
      operation: Type.String({ pattern: '^[a-z][A-Za-z]{1,63}$' }),
      origin: line(300),
      digest: Type.Object(
        {
          algorithm: Type.Union(['sm3', 'sha256', 'sha384', 'sha512'].map((name) => Type.Literal(name))),
          value: Type.String({ pattern: '^([0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$' }),
        },
        { additionalProperties: false },
      ),
      text: Type.String({ minLength: 1, maxLength: 2000, pattern: '^[^\\x00-\\x09\\x0b-\\x1f\\x7f]*$' }),
      nonce: Type.String({ pattern: '^[A-Za-z0-9_-]{22,86}$' }),
      issuedAt: instant,
      expiresAt: instant,
    },
    { additionalProperties: false },
  ),
);

/** The bytes that a server signs: a domain line, then the statement. */
export function ticketToBeSigned(statement: string): Uint8Array {
  return concatBytes(utf8Encode('onelock-request-ticket-v1\n'), utf8Encode(statement));
}

/**
 * Judges a request ticket: signed by a key of the platform, for one of its origins, in its time, and for the first time. A ticket that passes is used
 * up, on every node and across restarts; one that fails is not.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID when the statement is no statement
 */
export async function verifyTicket(ports: Ports, act: Act, ticket: RequestTicket): Promise<TicketVerdict> {
  const statement = readStatement(ticket.statement);
  const { store, ops, clock } = ports;
  const found = await store.callers.byId(ticket.platformId);
  const platform = found !== null && found.role === 'platform' && found.revokedAt === null ? found : null;
  const profile = platform === null ? null : await store.profiles.platform(platform.id);
  const key = profile?.keys.find(({ id }) => id === ticket.keyId);
  const now = clock().getTime();

  const judge = (): Reason | null => {
    if (platform === null || key === undefined) return reason('ERR_TICKET_KEY_UNKNOWN', { key: ticket.keyId });
    const publicKey = parsePublicKey(fromBase64(key.publicKey));
    const { indication } = judgeSignature(
      {
        ...{ publicKey, algorithm: signatureAlgorithmFor(publicKey, undefined, undefined) },
        ...{ content: ticketToBeSigned(ticket.statement), signature: fromBase64(ticket.signature) },
      },
      ops,
    );
    if (indication !== 'passed') return reason('ERR_TICKET_SIGNATURE_INVALID');
    if (!platform.origins.includes(statement.origin))
      return reason('ERR_TICKET_ORIGIN_MISMATCH', { origin: statement.origin });
    const [issued, expires] = [Date.parse(statement.issuedAt), Date.parse(statement.expiresAt)];
    const wellTimed = expires > issued && expires - issued <= longestLifeMs && issued <= now + clockToleranceMs;
    if (!wellTimed || expires + clockToleranceMs <= now)
      return reason('ERR_TICKET_EXPIRED', { expiresAt: statement.expiresAt });
    return null;
  };
  const judged = judge();

  return act.transaction(async (repositories) => {
    const nonceDigest = secretDigest(`${ticket.platformId} ${statement.nonce}`, ops);
    const first = judged === null && (await repositories.tickets.use(nonceDigest, statement.expiresAt));
    const refusal = judged ?? (first ? null : reason('ERR_TICKET_REPLAYED'));
    const indication = refusal === null ? 'passed' : 'failed';
    const { operation, origin, digest } = statement;
    await appendAudit(repositories, ports, {
      ...authorOf(act),
      ...{ action: 'ticket.verify', target: nonceDigest, outcome: indication },
      ...(refusal !== null && { reason: refusal.code }),
      details: { platform: ticket.platformId, key: ticket.keyId, operation, origin, digest },
    });
    return {
      ...{ indication, reason: refusal },
      platform: platform === null ? null : { id: platform.id, name: platform.name },
      statement: refusal === null ? statement : null,
    };
  });
}

const reason = (code: Reason['code'], params: Reason['params'] = {}): Reason => ({ code, params });

function readStatement(text: string): TicketStatement {
  const invalid = (cause?: unknown): CodedError =>
    new CodedError('ERR_REQUEST_INVALID', { field: '/statement', rule: 'JSON of a ticket, version 1' }, { cause });
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw invalid(error);
  }
  if (!statementSchema.Check(read)) throw invalid();
  const statement = read as unknown as TicketStatement;
  if (Number.isNaN(Date.parse(statement.issuedAt)) || Number.isNaN(Date.parse(statement.expiresAt))) throw invalid();
  return statement;
}
