import { toHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import type { ProfileName } from '@onelock/core/path';
import { type Certificate, formatName } from '@onelock/core/x509';
import { refuseLoneAdmission } from '../change-sets/freeze.ts';
import { newId, newToken, secretDigest } from '../identifiers.ts';
import { maskPersonalNumbers } from '../mask-personal-numbers.ts';
import { type Page, pageOf } from '../page.ts';
import type { ConsoleKey, ConsoleKeyKind, ConsoleRole } from '../ports/console-store.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { Caller } from '../ports/records.ts';
import type { PageRequest, Repositories } from '../ports/store.ts';
import { readCertificate } from '../read-certificates.ts';
import { recordCallerChange } from '../registry/callers.ts';
import { readIdentity } from '../registry/read-identity.ts';
import { type Author, authorOf } from '../registry/record-change.ts';
import { endCaller } from '../revoke-caller.ts';
import { judgeConsoleToken } from './log-in.ts';
import { personValue } from './person-value.ts';
import { isConsoleRole } from './roles.ts';

export interface ConsoleUserView {
  readonly id: string;
  readonly name: string;
  readonly role: ConsoleRole;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly revokedAt: string | null;
  readonly keys: readonly Omit<ConsoleKey, 'callerId' | 'value'>[];
}

export interface KeyToBind {
  /** PEM, or base64 of the DER. */
  readonly certificate: string;
  readonly kind: ConsoleKeyKind;
}

/**
 * Makes a console user: a caller without a bearer token, let in by the certificate (or the person) given.
 *
 * @throws {CodedError} ERR_REQUEST_CONFLICT for a certificate or person that somebody has already; those of {@link readKey}
 */
export async function createConsoleUser(
  ports: Ports,
  act: Act,
  input: { readonly name: string; readonly role: ConsoleRole; readonly key: KeyToBind },
): Promise<ConsoleUserView> {
  const { clock, ops } = ports;
  const read = await readKey(ports, readCertificate(input.key.certificate, '/key/certificate'), input.key.kind);
  const caller: Caller = {
    ...{ id: newId('clr', clock, ops), name: input.name, role: input.role, permissions: [], origins: [] },
    ...{ createdAt: clock().toISOString(), createdBy: act.caller.id, revokedAt: null },
  };
  return act.transaction(async (repositories) => {
    await refuseLoneAdmission(repositories, ports, caller.role);
    await addConsoleUser(repositories, ports, authorOf(act), caller, read);
    return viewOf(repositories, caller);
  });
}

/** The same inside a transaction that is running. @throws {CodedError} ERR_REQUEST_CONFLICT */
export async function addConsoleUser(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  author: Author,
  caller: Caller,
  key: ReadKey,
): Promise<void> {
  await repositories.callers.add(caller, secretDigest(newToken(ports.ops), ports.ops));
  await recordCallerChange(repositories, ports, author, caller, 'console-user.create', {
    ...{ name: caller.name, role: caller.role },
  });
  await bind(repositories, ports, author, caller, key);
}

/** Binds one more certificate or person to a user. @throws as {@link createConsoleUser}, and ERR_REQUEST_NOT_FOUND */
export async function bindConsoleKey(ports: Ports, act: Act, id: string, key: KeyToBind): Promise<ConsoleUserView> {
  const read = await readKey(ports, readCertificate(key.certificate, '/certificate'), key.kind);
  return act.transaction(async (repositories) => {
    const caller = await requireUser(repositories, id);
    if (id !== act.caller.id) await refuseLoneAdmission(repositories, ports, caller.role);
    await bind(repositories, ports, authorOf(act), caller, read);
    return viewOf(repositories, caller);
  });
}

/**
 * Binds the certificate that the caller has just signed a challenge of the console with, to the caller's own user.
 *
 * @throws {CodedError} ERR_CONSOLE_PROOF_FAILED { reason }, ERR_REQUEST_CONFLICT
 */
export async function bindOwnKey(
  ports: Ports,
  act: Act,
  origin: string,
  input: { readonly token: { readonly certificate: string }; readonly profile: ProfileName },
): Promise<ConsoleUserView> {
  const login = await judgeConsoleToken(ports, origin, act.requestId, input);
  if (login.indication !== 'passed')
    throw new CodedError('ERR_CONSOLE_PROOF_FAILED', { reason: login.reason?.code ?? login.indication });
  return bindConsoleKey(ports, act, act.caller.id, { certificate: input.token.certificate, kind: 'certificate' });
}

/** Ends a key, and the sessions that it began. @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function endConsoleKey(ports: Ports, act: Act, id: string, keyId: string): Promise<ConsoleUserView> {
  return act.transaction(async (repositories) => {
    const caller = await requireUser(repositories, id);
    if (!(await repositories.console.endKey(id, keyId, ports.clock().toISOString())))
      throw new CodedError('ERR_REQUEST_NOT_FOUND');
    await repositories.console.endSessionsOf(id, keyId);
    await recordCallerChange(repositories, ports, authorOf(act), caller, 'console-user.unbind', { key: keyId });
    return viewOf(repositories, caller);
  });
}

/** Ends a user, with keys and sessions. @throws {CodedError} ERR_REQUEST_NOT_FOUND; ERR_REQUEST_CONFLICT for the last administrator */
export async function endConsoleUser(ports: Ports, act: Act, id: string): Promise<ConsoleUserView> {
  return act.transaction(async (repositories) => {
    const { role } = await requireUser(repositories, id);
    await refuseLoneAdmission(repositories, ports, role);
    const ended = await endCaller(repositories, ports, authorOf(act), id);
    const now = ports.clock().toISOString();
    for (const key of await repositories.console.keysOf([id])) await repositories.console.endKey(id, key.id, now);
    await repositories.console.endSessionsOf(id);
    return viewOf(repositories, ended);
  });
}

/**
 * Gives a user another role; their sessions end, so that pages and rights agree.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND; ERR_REQUEST_CONFLICT for the last administrator, or the role that they have;
 *   ERR_CHANGE_SET_REQUIRED
 */
export async function changeConsoleRole(
  ports: Ports,
  act: Act,
  id: string,
  role: ConsoleRole,
): Promise<ConsoleUserView> {
  return act.transaction(async (repositories) => {
    await refuseLoneAdmission(repositories, ports, (await requireUser(repositories, id)).role);
    return viewOf(repositories, await setConsoleRole(repositories, ports, authorOf(act), id, role));
  });
}

/** The same inside a transaction that is running. */
export async function setConsoleRole(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  author: Author,
  id: string,
  role: ConsoleRole,
): Promise<Caller> {
  const caller = await requireUser(repositories, id);
  if (caller.role === role) throw new CodedError('ERR_REQUEST_CONFLICT', { field: '/role' });
  if (caller.role === 'administrator' && (await repositories.callers.countActive('administrator')) === 1)
    throw new CodedError('ERR_REQUEST_CONFLICT', { field: 'last administrator' });
  const changed: Caller = { ...caller, role };
  await repositories.callers.update(changed);
  await repositories.console.endSessionsOf(id);
  const details = { from: caller.role, to: role };
  await recordCallerChange(repositories, ports, author, changed, 'console-user.set-role', details);
  return changed;
}

/** Callers of the console's roles, those with a bearer token alone included: they too may be given a key. */
export async function listConsoleUsers(
  { store }: Ports,
  page: PageRequest<string>,
  role: ConsoleRole,
): Promise<Page<ConsoleUserView>> {
  const { items, nextCursor } = await pageOf(
    page,
    (request) => store.callers.list(request, role),
    ({ id }) => id,
  );
  const keys = await store.console.keysOf(items.map(({ id }) => id));
  return {
    items: items.map((caller) =>
      view(
        caller,
        keys.filter((key) => key.callerId === caller.id),
      ),
    ),
    nextCursor,
  };
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function findConsoleUser({ store }: Ports, id: string): Promise<ConsoleUserView> {
  const caller = await store.callers.byId(id);
  if (caller === null || !isConsoleRole(caller.role)) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return view(caller, await store.console.keysOf([id]));
}

/** Names of callers, for whoever reads a history; unknown ids are left out. */
export async function namesOf(
  { store }: Ports,
  ids: readonly string[],
): Promise<readonly Pick<Caller, 'id' | 'name' | 'role'>[]> {
  const found = await Promise.all([...new Set(ids)].map((id) => store.callers.byId(id)));
  return found.flatMap((caller) => (caller === null ? [] : [{ id: caller.id, name: caller.name, role: caller.role }]));
}

export type ReadKey = Pick<ConsoleKey, 'kind' | 'value' | 'shown'>;

/** @throws {CodedError} ERR_REQUEST_INVALID for a person whom the certificate does not name by a document */
async function readKey(ports: Ports, certificate: Certificate, kind: ConsoleKeyKind): Promise<ReadKey> {
  if (kind === 'certificate') return certificateKey(ports, certificate);
  const person = personValue(ports, await readIdentity(ports, ports.store, certificate));
  if (person === null) throw new CodedError('ERR_REQUEST_INVALID', { field: '/kind', rule: 'names no person' });
  return { kind, ...person };
}

/** The key of somebody who is known by this very certificate. */
export const certificateKey = ({ ops }: Pick<Ports, 'ops'>, certificate: Certificate): ReadKey => ({
  ...{ kind: 'certificate', value: toHex(ops.digest('sm3', certificate.der)) },
  shown: String(maskPersonalNumbers(formatName(certificate.subject))),
});

async function bind(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  author: Author,
  caller: Caller,
  key: ReadKey,
): Promise<void> {
  if ((await repositories.console.boundKey(key.kind, key.value)) !== null)
    throw new CodedError('ERR_REQUEST_CONFLICT', { field: '/certificate' });
  const { clock, ops } = ports;
  const id = newId('cky', clock, ops);
  await repositories.console.addKey({
    ...{ ...key, id, callerId: caller.id, boundAt: clock().toISOString(), boundBy: author.actor, endedAt: null },
  });
  const digest = key.kind === 'certificate' ? { certificate: `sm3:${key.value}` } : {};
  await recordCallerChange(repositories, ports, author, caller, 'console-user.bind', {
    ...{ key: id, kind: key.kind },
    ...digest,
  });
}

async function requireUser(repositories: Repositories, id: string): Promise<Caller> {
  const caller = await repositories.callers.byId(id);
  if (caller === null || caller.revokedAt !== null || !isConsoleRole(caller.role))
    throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return caller;
}

async function viewOf(repositories: Repositories, caller: Caller): Promise<ConsoleUserView> {
  return view(caller, await repositories.console.keysOf([caller.id]));
}

function view(caller: Caller, keys: readonly ConsoleKey[]): ConsoleUserView {
  const { id, name, role, createdAt, createdBy, revokedAt } = caller;
  if (!isConsoleRole(role)) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return {
    ...{ id, name, role, createdAt, createdBy, revokedAt },
    keys: keys.map(({ callerId: _callerId, value: _value, ...key }) => key),
  };
}
