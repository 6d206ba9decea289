import { type CryptoOps, type PublicKey, type SignatureAlgorithm, sm2DefaultUserId } from '../crypto/index.ts';
import { CodedError } from '../errors/index.ts';
import type { Reason } from '../verdict/index.ts';
import {
  type TicketStatement,
  ticketClockToleranceMs,
  ticketLongestLifeMs,
  ticketToBeSigned,
} from './ticket-statement.ts';

export interface TicketQuestion {
  /** The text as it was signed, and what was read out of it. */
  readonly text: string;
  readonly statement: TicketStatement;
  readonly signature: Uint8Array;
  readonly publicKey: PublicKey;
  /** Of the platform whose key it is. */
  readonly origins: readonly string[];
  readonly at: Date;
}

/**
 * Whether a ticket holds: signed by this key, for an origin of its platform, in its time. Whether it comes for the first
 * time is for whoever remembers.
 *
 * @returns null when it holds, else why not
 * @throws {CodedError} ERR_CRYPTO_ALGORITHM_UNSUPPORTED for a key that signs no tickets
 */
export function judgeTicket({ text, statement, ...question }: TicketQuestion, ops: CryptoOps): Reason | null {
  const { publicKey, signature, origins, at } = question;
  if (!ops.verify(publicKey, ticketAlgorithm(publicKey), ticketToBeSigned(text), signature))
    return { code: 'ERR_TICKET_SIGNATURE_INVALID', params: {} };
  const { origin, issuedAt, expiresAt } = statement;
  if (!origins.includes(origin)) return { code: 'ERR_TICKET_ORIGIN_MISMATCH', params: { origin } };
  const [issued, expires, now] = [Date.parse(issuedAt), Date.parse(expiresAt), at.getTime()];
  const wellTimed =
    expires > issued && expires - issued <= ticketLongestLifeMs && issued <= now + ticketClockToleranceMs;
  if (!wellTimed || expires + ticketClockToleranceMs <= now)
    return { code: 'ERR_TICKET_EXPIRED', params: { expiresAt } };
  return null;
}

const curveDigests = { p256: 'sha256', p384: 'sha384', p521: 'sha512' } as const;

/** One algorithm per key: SM2 with SM3, RSA (PKCS #1 v1.5) with SHA-256, ECDSA with the digest of its curve's size. */
export function ticketAlgorithm(key: PublicKey): SignatureAlgorithm {
  switch (key.kind) {
    case 'sm2':
      return { kind: 'sm2-sm3', userId: sm2DefaultUserId };
    case 'rsa':
      return { kind: 'rsa-pkcs1v15', digest: 'sha256' };
    case 'ec':
      return { kind: 'ecdsa', digest: curveDigests[key.curve] };
    default:
      throw new CodedError('ERR_CRYPTO_ALGORITHM_UNSUPPORTED', {
        algorithm: key.kind === 'unsupported' ? key.algorithm : key.kind,
      });
  }
}
