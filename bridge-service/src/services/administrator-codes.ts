import { equalBytes, fromHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { appendAudit } from './append-audit.ts';
import type { CreatedCaller } from './create-caller.ts';
import { newCode, newId, newToken, normalizeCode, secretDigest } from './identifiers.ts';
import type { Ports } from './ports/ports.ts';
import type { AdministratorCode, Caller } from './ports/records.ts';
import type { Repositories } from './ports/store.ts';
import { tellSupervision } from './watch-list/told.ts';

/** A code as printed on the server's console; the only time it is in clear. */
export interface PrintedCode {
  readonly code: string;
  readonly expiresAt: string;
}

type CodePorts = Pick<Ports, 'store' | 'clock' | 'ops' | 'lifetimes'>;

/**
 * Makes a fresh one-time code. Earlier ones for break-glass end; those for the first administrator live beside it, since each node that starts
 * prints one, and end together when one of them is redeemed.
 */
export async function issueAdministratorCode(
  ports: CodePorts,
  purpose: AdministratorCode['purpose'],
): Promise<PrintedCode> {
  const { store, clock, ops, lifetimes } = ports;
  const now = clock();
  const code = newCode(ops);
  const record: AdministratorCode = {
    id: newId('cod', clock, ops),
    codeDigest: secretDigest(normalizeCode(code), ops),
    purpose,
    createdAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + lifetimes.codeMinutes * 60_000).toISOString(),
  };
  await store.transaction(async (repositories) => {
    if (purpose === 'break-glass') await repositories.codes.endAll(purpose, record.createdAt);
    await repositories.codes.add(record);
    await appendAudit(repositories, ports, {
      actor: 'server-console',
      role: 'none',
      requestId: '',
      action: 'administrator-code.issue',
      target: record.id,
      outcome: 'done',
      details: { purpose, expiresAt: record.expiresAt },
    });
    if (purpose === 'break-glass')
      await tellSupervision(repositories, ports, {
        ...{ type: 'break-glass.issued', at: record.createdAt },
        data: { use: 'administrator-code.issue', target: record.id, until: record.expiresAt },
      });
  });
  return { code, expiresAt: record.expiresAt };
}

/** At start: a code when there is no administrator yet, null when there is one. */
export async function issueFirstAdministratorCode(ports: CodePorts): Promise<PrintedCode | null> {
  if ((await ports.store.callers.countActive('administrator')) > 0) return null;
  return issueAdministratorCode(ports, 'first-administrator');
}

/**
 * Makes an administrator for whoever brings a live code. The code works once; a wrong one is audited. All live codes are
 * compared, each in constant time, so that an answer's time says nothing about them.
 *
 * @param also  done in the same transaction for the administrator that was made
 * @throws {CodedError} ERR_AUTH_CODE_INVALID: wrong, used and expired are not told apart
 */
export async function redeemAdministratorCode(
  ports: Ports,
  requestId: string,
  input: { readonly code: string; readonly name: string },
  also: (repositories: Repositories, caller: Caller) => Promise<void> = async () => undefined,
): Promise<CreatedCaller> {
  const { store, clock, ops } = ports;
  const presented = fromHex(secretDigest(normalizeCode(input.code), ops));
  const token = newToken(ops);
  const created = await store.transaction(async (repositories) => {
    const now = clock().toISOString();
    const live = await repositories.codes.live(now);
    const matching = live.filter((code) => equalBytes(fromHex(code.codeDigest), presented));
    const [code] = matching;
    if (code === undefined || !(await repositories.codes.use(code.id, now))) {
      await appendAudit(repositories, ports, {
        actor: 'anonymous',
        role: 'none',
        requestId,
        action: 'administrator-code.redeem',
        target: '',
        outcome: 'refused',
        reason: 'ERR_AUTH_CODE_INVALID',
      });
      return null;
    }
    const caller: Caller = {
      id: newId('clr', clock, ops),
      name: input.name,
      role: 'administrator',
      permissions: [],
      origins: [],
      createdAt: now,
      createdBy: 'one-time-code',
      revokedAt: null,
    };
    await repositories.codes.endAll('first-administrator', now);
    await repositories.callers.add(caller, secretDigest(token, ops));
    await also(repositories, caller);
    await appendAudit(repositories, ports, {
      actor: caller.id,
      role: 'administrator',
      requestId,
      action: 'administrator-code.redeem',
      target: code.id,
      outcome: 'done',
      details: { purpose: code.purpose, name: caller.name },
    });
    if (code.purpose === 'break-glass')
      await tellSupervision(repositories, ports, {
        ...{ type: 'break-glass.used', at: now },
        data: { use: 'administrator-code.redeem', target: code.id, user: caller.id },
      });
    return caller;
  });
  if (created === null) throw new CodedError('ERR_AUTH_CODE_INVALID');
  return { ...created, token };
}
