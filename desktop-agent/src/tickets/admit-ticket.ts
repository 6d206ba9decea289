import { fromBase64, toHex } from '@onelock/core/bytes';
import type { Params } from '@onelock/core/contract';
import { type CryptoOps, parsePublicKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { judgeTicket, readTicketStatement, type TicketDigest, ticketClockToleranceMs } from '@onelock/core/ticket';
import type { CallContext } from '../dispatch/call-context.ts';
import type { TicketTerms } from '../platforms/signed-registry.ts';
import { plainLine } from '../shapes/plain-line.ts';
import type { UsedTickets } from './used-tickets.ts';

export type RequestTicket = NonNullable<Params<'signMessage'>['ticket']>;

/** A ticket that holds and is used up: what it allows, and what the person is shown. */
export interface AdmittedTicket {
  readonly digest: TicketDigest;
  /** Line by line. */
  readonly text: readonly string[];
}

export interface TicketParts {
  readonly ops: CryptoOps;
  readonly now: () => Date;
  readonly tickets: UsedTickets;
}

/**
 * Admits the ticket of a call, where the platform of the site has keys for tickets; elsewhere nobody could judge one, and
 * none is looked at. A ticket that holds is used up.
 *
 * @param content  what the ticket must allow, where it is at hand; a file is compared later ({@link demandDigest})
 * @returns null where there is none and none is demanded
 * @throws {CodedError} ERR_TICKET_REQUIRED { call }, ERR_TICKET_MALFORMED, ERR_TICKET_OPERATION_MISMATCH, ERR_TICKET_KEY_UNKNOWN,
 *   ERR_TICKET_SIGNATURE_INVALID, ERR_TICKET_ORIGIN_MISMATCH, ERR_TICKET_EXPIRED, ERR_TICKET_DIGEST_MISMATCH, ERR_TICKET_REPLAYED
 */
export async function admitTicket(
  parts: TicketParts,
  context: CallContext,
  ticket: RequestTicket | undefined,
  content: ((digest: TicketDigest) => Uint8Array) | null,
): Promise<AdmittedTicket | null> {
  const terms = context.site.tickets;
  if (terms === null) return null;
  if (ticket === undefined) {
    if (terms.required) throw new CodedError('ERR_TICKET_REQUIRED', { call: context.call });
    return null;
  }
  const statement = readTicketStatement(ticket.statement);
  if (statement === undefined) throw new CodedError('ERR_TICKET_MALFORMED');
  const publicKey = keyOf(terms, ticket.key);
  const { ops, now } = parts;
  const refusal = judgeTicket(
    {
      ...{ text: ticket.statement, statement, signature: ticket.signature, publicKey },
      ...{ origins: [context.origin], at: now() },
    },
    ops,
  );
  if (refusal !== null) throw new CodedError(refusal.code, refusal.params);
  const { operation, digest, nonce } = statement;
  if (operation !== context.call)
    throw new CodedError('ERR_TICKET_OPERATION_MISMATCH', { operation, call: context.call });
  if (content !== null) demandDigest(digest, content(digest));
  const [issuedAt, expiresAt] = [new Date(statement.issuedAt), new Date(statement.expiresAt)];
  const until = new Date(expiresAt.getTime() + ticketClockToleranceMs);
  if (!(await parts.tickets.use({ origin: context.origin, nonce, issuedAt, until }, now())))
    throw new CodedError('ERR_TICKET_REPLAYED');
  return { digest, text: statement.text.split('\n').map(plainLine) };
}

/** For content that is at hand. */
export function digestBy({ ops }: Pick<TicketParts, 'ops'>, bytes: Uint8Array) {
  return ({ algorithm }: TicketDigest): Uint8Array => ops.digest(algorithm, bytes);
}

/** What a ticket allows must be what there is. @throws {CodedError} ERR_TICKET_DIGEST_MISMATCH */
export function demandDigest({ value }: TicketDigest, actual: Uint8Array): void {
  if (toHex(actual) !== value) throw new CodedError('ERR_TICKET_DIGEST_MISMATCH');
}

function keyOf({ keys }: TicketTerms, id: string): ReturnType<typeof parsePublicKey> {
  const key = keys.find((each) => each.id === id);
  if (key === undefined) throw new CodedError('ERR_TICKET_KEY_UNKNOWN', { key: id });
  return parsePublicKey(fromBase64(key.publicKey));
}
