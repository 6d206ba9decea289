import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { underFileLock } from '../dispatch/file-lock.ts';
import { writeFileAtomically } from '../dispatch/write-file-atomically.ts';

const format = 'onelock-used-tickets/1';
const files = Compile(
  Type.Object(
    {
      format: Type.Literal(format),
      /** Digest of origin and nonce, and until when (ms) it must be remembered. */
      used: Type.Array(Type.Tuple([Type.String({ maxLength: 64 }), Type.Number()]), { maxItems: 20_000 }),
    },
    { additionalProperties: false },
  ),
);

type Used = readonly (readonly [digest: string, until: number])[];

/** Far more than a person can agree to in a minute. */
const maxUsed = 5_000;

/**
 * Nonces of tickets, in a file that every agent of this user shares: each counts once, also across a restart. They are
 * forgotten when no ticket of theirs could pass any more.
 */
export class UsedTickets {
  readonly #file: string;
  readonly #startedAt: number;

  constructor(stateDir: string, now: Date) {
    this.#file = path.join(stateDir, 'used-tickets.json');
    this.#startedAt = now.getTime();
  }

  /**
   * @param ticket.until  a ticket of this nonce cannot pass after it
   * @returns false when it was used before; true once it is on the disk that it is used
   * @throws {CodedError} ERR_AGENT_RATE_LIMITED when more are remembered than people use
   */
  use(
    ticket: { readonly origin: string; readonly nonce: string; readonly issuedAt: Date; readonly until: Date },
    now: Date,
  ): Promise<boolean> {
    const digest = createHash('sha256').update(`${ticket.origin}\n${ticket.nonce}`).digest('base64url');
    return underFileLock(`${this.#file}.lock`, async () => {
      const known = await this.#read();
      // What was used before this start is not known any more: nothing of that time counts.
      if (known === null && ticket.issuedAt.getTime() <= this.#startedAt) return false;
      const used = (known ?? []).filter(([, until]) => until > now.getTime());
      if (used.some(([other]) => other === digest)) return false;
      if (used.length >= maxUsed) throw new CodedError('ERR_AGENT_RATE_LIMITED', { retryAfterMs: 60_000 });
      const next: Used = [...used, [digest, ticket.until.getTime()]];
      await writeFileAtomically(this.#file, `${JSON.stringify({ format, used: next })}\n`);
      return true;
    });
  }

  /** null for a file that cannot be understood. */
  async #read(): Promise<Used | null> {
    try {
      const read: unknown = JSON.parse(await readFile(this.#file, 'utf8'));
      return files.Check(read) ? read.used : null;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return [];
      if (error instanceof SyntaxError || code !== undefined) return null;
      throw error;
    }
  }
}
