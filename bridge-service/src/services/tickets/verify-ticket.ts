import { fromBase64, utf8Encode } from '@onelock/core/bytes';
import { parsePublicKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { judgeTicket, readTicketStatement, type TicketStatement } from '@onelock/core/ticket';
import type { Reason } from '@onelock/core/verdict';
import { parseCertificate } from '@onelock/core/x509';
import { appendAudit } from '../append-audit.ts';
import { secretDigest } from '../identifiers.ts';
import { EvidenceNotes } from '../judgement-record.ts';
import type { Act, Ports } from '../ports/ports.ts';
import { readIdentity } from '../registry/read-identity.ts';
import { authorOf } from '../registry/record-change.ts';
import { type Admission, admissionOf } from '../watch-list/admission.ts';
import { standingOf } from '../watch-list/standing.ts';
import { type UseContext, type WatchedSubject, watchedValues, watchUse } from '../watch-list/watch-use.ts';

/** A request as a trading server vouches for it. */
export interface RequestTicket {
  readonly platformId: string;
  /** Of the platform's profile. */
  readonly keyId: string;
  /** JSON of a {@link TicketStatement}, exactly as it was signed. */
  readonly statement: string;
  /** Base64, over `ticketToBeSigned` of the statement. */
  readonly signature: string;
  /** By which certificate, device and machine it is about to be used. */
  readonly context?: TicketContext | undefined;
}

export interface TicketContext extends UseContext {
  /** SM3 of the certificate, hex. */
  readonly certificate?: string | undefined;
}

export interface TicketVerdict {
  readonly indication: 'passed' | 'failed';
  readonly reason: Reason | null;
  readonly platform: { readonly id: string; readonly name: string } | null;
  /** Only of a ticket that passed. */
  readonly statement: TicketStatement | null;
  /** What the watch-list makes of the use, where a context was given. Nobody can try the list out so: a ticket is a platform's, and counts once. */
  readonly admission?: Admission;
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

  const at = clock();
  const notes = new EvidenceNotes(ops);
  const kept = {
    ...{ statement: notes.keep(utf8Encode(ticket.statement)), signature: notes.keep(fromBase64(ticket.signature)) },
    ...(key !== undefined && { publicKey: notes.keep(fromBase64(key.publicKey)) }),
    ...{ origins: platform?.origins ?? [], at: at.toISOString() },
  };

  const judge = (): Reason | null => {
    if (platform === null || key === undefined) return reason('ERR_TICKET_KEY_UNKNOWN', { key: ticket.keyId });
    return judgeTicket(
      {
        ...{ text: ticket.statement, statement, signature: fromBase64(ticket.signature) },
        ...{ publicKey: parsePublicKey(fromBase64(key.publicKey)), origins: platform.origins, at },
      },
      ops,
    );
  };
  const judged = judge();
  const subjects = await subjectsOf(ports, ticket.context);
  const standing = standingOf((await ports.watched.current()).inactive, subjects);

  const nonceDigest = secretDigest(`${ticket.platformId} ${statement.nonce}`, ops);
  const foreseen = {
    tickets: [nonceDigest],
    watched: ticket.context === undefined ? [] : watchedValues(ports, { subjects, context: ticket.context }),
  };

  return act.transaction(async (repositories) => {
    const first = judged === null && (await repositories.tickets.use(nonceDigest, statement.expiresAt));
    const refusal = judged ?? (first ? null : reason('ERR_TICKET_REPLAYED'));
    const indication = refusal === null ? 'passed' : 'failed';
    const { operation, origin, digest } = statement;
    const watched =
      ticket.context === undefined || refusal !== null || platform === null
        ? null
        : await watchUse(
            repositories,
            ports,
            { ...act, caller: platform },
            {
              ...{
                subjects,
                standing,
                context: ticket.context,
                action: 'ticket.verify',
                target: nonceDigest,
                indication,
              },
            },
          );
    await appendAudit(repositories, ports, {
      ...authorOf(act),
      ...{ action: 'ticket.verify', target: nonceDigest, outcome: indication },
      ...(refusal !== null && { reason: refusal.code }),
      evidence: notes.items,
      details: {
        ...{ ...kept, first },
        ...{ platform: ticket.platformId, key: ticket.keyId, operation, origin, digest },
        ...(watched !== null && watched.hits.length > 0 && { watched: watched.hits }),
      },
    });
    return {
      ...{ indication, reason: refusal },
      platform: platform === null ? null : { id: platform.id, name: platform.name },
      statement: refusal === null ? statement : null,
      ...(ticket.context !== undefined && {
        admission: admissionOf({ indication, ...(refusal && { reason: refusal }) }, watched?.overruled ?? null),
      }),
    };
  }, foreseen);
}

/** A certificate that the registry knows says also whose it is. */
async function subjectsOf(ports: Ports, context: TicketContext | undefined): Promise<readonly WatchedSubject[]> {
  const certificateDigest = context?.certificate;
  if (certificateDigest === undefined) return [];
  const registered = await ports.store.certificates.byDigest(certificateDigest);
  const identity =
    registered === null
      ? null
      : await readIdentity(ports, ports.store, parseCertificate(new Uint8Array(registered.der)));
  return [{ certificateDigest, identity }];
}

const reason = (code: Reason['code'], params: Reason['params'] = {}): Reason => ({ code, params });

function readStatement(text: string): TicketStatement {
  const statement = readTicketStatement(text);
  if (statement === undefined)
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/statement', rule: 'JSON of a ticket, version 1' });
  return statement;
}
