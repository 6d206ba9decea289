import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { concatBytes, utf8Encode } from '../bytes/index.ts';

/** What a trading server vouches for: one call of its page, shown in its own words, once and soon. */
export interface TicketStatement {
  readonly version: 1;
  /** Name of the call. */
  readonly operation: string;
  readonly origin: string;
  readonly digest: TicketDigest;
  /** What the person is shown; lines are parted by `\n`. */
  readonly text: string;
  /** Of at least 128 random bits, base64url. */
  readonly nonce: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
}

/** Of what the call is about; what that is for each call stands in docs/guide/tickets.md. */
export interface TicketDigest {
  readonly algorithm: TicketDigestAlgorithm;
  /** Lower-case hex. */
  readonly value: string;
}

export const ticketDigestAlgorithms = ['sm3', 'sha256', 'sha384', 'sha512'] as const;
export type TicketDigestAlgorithm = (typeof ticketDigestAlgorithms)[number];

/** Characters of a statement, as JSON. */
export const ticketStatementMaxLength = 8192;
/** A ticket lives for so long at most; and clocks of servers and computers may differ by the tolerance. */
export const ticketLongestLifeMs = 60_000;
export const ticketClockToleranceMs = 5_000;

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
          algorithm: Type.Union(ticketDigestAlgorithms.map((name) => Type.Literal(name))),
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

/** @returns undefined for text that is no statement, of version 1, in every field */
export function readTicketStatement(text: string): TicketStatement | undefined {
  if (text.length > ticketStatementMaxLength) return undefined;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!statementSchema.Check(read)) return undefined;
  const statement = read as unknown as TicketStatement;
  const instants = [Date.parse(statement.issuedAt), Date.parse(statement.expiresAt)];
  return instants.some((at) => Number.isNaN(at)) ? undefined : statement;
}

/** The bytes that a server signs: a domain line, then the statement exactly as it travels. */
export function ticketToBeSigned(statement: string): Uint8Array {
  return concatBytes(utf8Encode('onelock-request-ticket-v1\n'), utf8Encode(statement));
}
