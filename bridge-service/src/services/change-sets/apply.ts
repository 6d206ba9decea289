import { toBase64, utf8Encode } from '@onelock/core/bytes';
import { CodedError, type ErrorCode, isCodedError } from '@onelock/core/errors';
import { appendAudit } from '../append-audit.ts';
import { noEnrolment, putCaEnrolment, readCaEnrolment } from '../applications/enrolment-settings.ts';
import { caView } from '../ca-registry.ts';
import { putSources } from '../ca-sources.ts';
import { addConsoleUser, certificateKey, setConsoleRole } from '../console/users.ts';
import { addCaller, checkOrigins, checkPermissions, refuseTakenOrigins } from '../create-caller.ts';
import { newId, newToken } from '../identifiers.ts';
import type { CaEnrolment, CaEnrolmentRecord } from '../ports/application-records.ts';
import type { ChangeOperation, ChangeSet, OperationEffect } from '../ports/change-records.ts';
import type { ConsoleRole } from '../ports/console-store.ts';
import { type CaSources, noSources } from '../ports/evidence-store.ts';
import type { Ports } from '../ports/ports.ts';
import type { Ca, CaCertificate, Caller, Role } from '../ports/records.ts';
import type { CaProfile, PlatformProfile } from '../ports/registry-records.ts';
import type { Repositories } from '../ports/store.ts';
import { readCertificate } from '../read-certificates.ts';
import { addCa, readAll } from '../register-ca.ts';
import { recordCallerChange } from '../registry/callers.ts';
import { putCaProfile, putPlatformProfile, readCaProfile, readPlatformProfile } from '../registry/profiles.ts';
import { type Author, recordChange } from '../registry/record-change.ts';
import { endCaller } from '../revoke-caller.ts';
import { changeCa, readCaChange } from '../update-ca.ts';
import { changeCaller } from '../update-caller.ts';
import { frozenBy } from './freeze.ts';
import { refuseOutdated } from './outdated.ts';
import { plainCa, readPlainCa, withoutReplaced } from './overlap-end.ts';

export type ApplyPorts = Pick<
  Ports,
  'store' | 'ops' | 'clock' | 'lifetimes' | 'changes' | 'key' | 'platforms' | 'personal'
>;

/** What the service signs when a change set takes effect. */
export function appliedText({ id, digest }: Pick<ChangeSet, 'id' | 'digest'>, appliedAt: string): Uint8Array {
  return utf8Encode(`onelock-change-set-applied-v1\n${id}\n${digest}\n${appliedAt}\n`);
}

/**
 * Applies every approved change set whose time has come, one transaction each; of several nodes that try at once one does it. Frozen
 * ones wait. One whose operations cannot be done any more fails as a whole, with its code. What goes wrong with one keeps none of the others waiting.
 *
 * @returns how many were applied
 * @throws {AggregateError} of what nobody foresaw, after all were tried
 */
export async function applyDueChangeSets(ports: ApplyPorts): Promise<number> {
  let applied = 0;
  const errors: unknown[] = [];
  for (const { id } of await ports.store.changeSets.due(ports.clock().toISOString()))
    try {
      if ((await applyChangeSet(ports, id)).state === 'applied') applied += 1;
    } catch (error) {
      errors.push(error);
    }
  if (errors.length > 0) throw new AggregateError(errors, 'change sets could not be applied');
  return applied;
}

/** Applies one if it may be applied now; gives it as it is afterwards. */
export async function applyChangeSet(ports: ApplyPorts, id: string): Promise<ChangeSet> {
  try {
    const set = await ports.store.transaction((repositories) => applyInTransaction(repositories, ports, id));
    ports.platforms.refresh();
    return set;
  } catch (error) {
    if (!(error instanceof CannotApply)) throw error;
    return ports.store.transaction(async (repositories) => {
      const set = await requireSet(repositories, id);
      // Somebody may have decided about it meanwhile, or another node have found that it can be done after all.
      return set.state === 'approved' ? failInTransaction(repositories, ports, set, error.code) : set;
    });
  }
}

/** Thrown out of a transaction: what was approved cannot be done, for a reason that will not pass. */
export class CannotApply extends Error {
  readonly code: ErrorCode;
  constructor(cause: CodedError) {
    super(cause.code, { cause });
    this.code = cause.code;
  }
}

/** Says that an approved one cannot be done. */
export async function failInTransaction(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  set: ChangeSet,
  code: ErrorCode,
): Promise<ChangeSet> {
  const failed: ChangeSet = { ...set, state: 'failed', failure: code, updatedAt: ports.clock().toISOString() };
  await keep(repositories, ports, failed, 'change-set.fail', { reason: code });
  return failed;
}

/** Applies one that is approved, unless its time has not come or changes are frozen. @throws {CannotApply} */
export async function applyInTransaction(
  repositories: Repositories,
  ports: ApplyPorts,
  id: string,
): Promise<ChangeSet> {
  const set = await requireSet(repositories, id);
  const now = ports.clock().toISOString();
  if (set.state !== 'approved' || (set.applyAt !== null && set.applyAt > now)) return set;
  if (!set.urgent && (await frozenBy(repositories, ports)) !== null) return set;
  const effects: OperationEffect[] = [];
  try {
    await refuseOutdated(repositories, set.operations);
    for (const operation of set.operations) effects.push(await applyOperation(repositories, ports, set, operation));
  } catch (error) {
    if (!isCodedError(error) || error.code === 'ERR_SERVICE_UNAVAILABLE') throw error;
    throw new CannotApply(error);
  }
  const applied: ChangeSet = {
    ...{ ...set, state: 'applied', appliedAt: now, effects, updatedAt: now },
    signature: toBase64(ports.key.sign(appliedText(set, now))),
  };
  await keep(repositories, ports, applied, 'change-set.apply', { digest: `sm3:${set.digest}` });
  return applied;
}

const authorOfSet = ({ id }: ChangeSet): Author => ({ actor: id, role: 'none', requestId: '' });

async function applyOperation(
  repositories: Repositories,
  ports: ApplyPorts,
  set: ChangeSet,
  operation: ChangeOperation,
): Promise<OperationEffect> {
  const author = authorOfSet(set);
  switch (operation.kind) {
    case 'ca.register': {
      const { id } = await addCa(repositories, ports, author, {
        ...{ name: operation.name, revocation: operation.revocation, certificates: readAll(ports, operation) },
      });
      return effect(repositories, 'cas', id, null);
    }
    case 'ca.update':
      return updateWithOverlap(repositories, ports, set, operation);
    case 'platform.update': {
      const before = await repositories.callers.byId(operation.id);
      await changeCaller(repositories, ports, author, operation.id, operation);
      return effect(repositories, 'platforms', operation.id, JSON.stringify(before));
    }
    case 'platform.revoke': {
      const before = await repositories.callers.byId(operation.id);
      await endCaller(repositories, ports, author, operation.id);
      return effect(repositories, 'platforms', operation.id, JSON.stringify(before));
    }
    case 'platform.register': {
      const { name, origins = [], permissions = [] } = operation;
      const caller: Caller = {
        ...newCaller(ports, set, name, 'platform'),
        ...{ origins: checkOrigins('platform', origins), permissions: checkPermissions('platform', permissions) },
      };
      // A token that nobody has seen: the first one is issued afterwards.
      await addCaller(repositories, ports, author, caller, newToken(ports.ops));
      return effect(repositories, 'platforms', caller.id, null);
    }
    case 'platform.set-profile': {
      const before = await repositories.profiles.platform(operation.id);
      const profile = readPlatformProfile(operation.profile);
      await putPlatformProfile(repositories, ports, author, operation.id, profile);
      return { ...(await effect(repositories, 'platforms', operation.id, JSON.stringify(before))), part: 'profile' };
    }
    case 'ca.set-profile': {
      const before = await repositories.profiles.ca(operation.id);
      await putCaProfile(repositories, ports, author, operation.id, readCaProfile(operation.profile));
      return { ...(await effect(repositories, 'cas', operation.id, JSON.stringify(before))), part: 'profile' };
    }
    case 'ca.set-sources': {
      const before = (await repositories.evidence.sourcesOf(operation.id))?.sources ?? noSources;
      await putSources(repositories, ports, author, operation.id, operation.sources);
      return { ...(await effect(repositories, 'cas', operation.id, JSON.stringify(before))), part: 'sources' };
    }
    case 'ca.set-enrolment': {
      const before = (await repositories.enrolments.ofCa(operation.id)) ?? noEnrolment;
      await putCaEnrolment(repositories, ports, author, operation.id, readCaEnrolment(operation.enrolment));
      return { ...(await effect(repositories, 'cas', operation.id, JSON.stringify(before))), part: 'enrolment' };
    }
    case 'person.register': {
      const certificate = readCertificate(operation.certificate, '/certificate');
      const caller = newCaller(ports, set, operation.name, operation.role);
      await addConsoleUser(repositories, ports, author, caller, certificateKey(ports, certificate));
      return { registry: 'people', id: caller.id, version: 0, before: null };
    }
    case 'person.set-role': {
      const before = (await repositories.callers.byId(operation.id))?.role ?? null;
      await setConsoleRole(repositories, ports, author, operation.id, operation.role);
      return { registry: 'people', id: operation.id, part: 'role', version: 0, before: JSON.stringify(before) };
    }
    case 'person.revoke': {
      const before = await repositories.callers.byId(operation.id);
      if (before === null || before.role === 'platform') throw new CodedError('ERR_REQUEST_NOT_FOUND');
      await endCaller(repositories, ports, author, operation.id);
      await repositories.console.endSessionsOf(operation.id);
      return { registry: 'people', id: operation.id, version: 0, before: JSON.stringify(before) };
    }
  }
}

const newCaller = (ports: ApplyPorts, { id }: ChangeSet, name: string, role: Role): Caller => ({
  ...{ id: newId('clr', ports.clock, ports.ops), name, role, permissions: [], origins: [] },
  ...{ createdAt: ports.clock().toISOString(), createdBy: id, revokedAt: null },
});

/** With an overlap the certificates that go stay beside the new ones for a while, and a change set that follows takes them away. */
async function updateWithOverlap(
  repositories: Repositories,
  ports: ApplyPorts,
  set: ChangeSet,
  operation: Extract<ChangeOperation, { kind: 'ca.update' }>,
): Promise<OperationEffect> {
  const { overlapUntil, ...update } = operation;
  const before = await repositories.cas.byId(operation.id);
  if (before === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  const read = readCaChange(ports, update);
  const change = { ...read, certificates: await withoutReplaced(repositories, set, before, read.certificates) };
  const overlaps = overlapUntil !== undefined && overlapUntil > ports.clock().toISOString();
  const beside = (kind: CaCertificate['kind']): readonly CaCertificate[] | undefined => {
    const given = change.certificates[kind];
    if (given === undefined) return undefined;
    const old = before.certificates.filter(
      (one) => one.kind === kind && !given.some(({ digest }) => digest === one.digest),
    );
    return [...given, ...old];
  };
  const [anchor, intermediate] = [beside('anchor'), beside('intermediate')];
  await changeCa(repositories, ports, authorOfSet(set), operation.id, {
    ...change,
    ...(overlaps && { certificates: { ...(anchor && { anchor }), ...(intermediate && { intermediate }) } }),
  });
  if (overlaps) await followUp(repositories, ports, set, update, overlapUntil);
  return effect(repositories, 'cas', operation.id, JSON.stringify(plainCa(before)));
}

/** It was approved with the change set that it ends. */
async function followUp(
  repositories: Repositories,
  ports: ApplyPorts,
  set: ChangeSet,
  operation: Extract<ChangeOperation, { kind: 'ca.update' }>,
  applyAt: string,
): Promise<void> {
  const { id, anchors, intermediates } = operation;
  const now = ports.clock().toISOString();
  await repositories.changeSets.add({
    ...set,
    id: newId('chg', ports.clock, ports.ops),
    operations: [{ kind: 'ca.update', id, anchors, intermediates }],
    preview: [],
    ...{ parent: set.id, applyAt, appliedAt: null, effects: null, signature: null, updatedAt: now },
  });
}

/**
 * Takes a change set back that was applied.
 *
 * @throws {CodedError} ERR_CHANGE_STATE unless it is applied; ERR_CHANGE_OUTDATED when a record was changed since
 */
export async function rollBack(
  repositories: Repositories,
  ports: ApplyPorts,
  author: Author,
  id: string,
  reason: string,
): Promise<ChangeSet> {
  const set = await requireSet(repositories, id);
  if (set.state !== 'applied' || set.effects === null) throw new CodedError('ERR_CHANGE_STATE', { state: set.state });
  const last = new Map(set.effects.map((one) => [`${one.registry} ${one.id}`, one]));
  for (const one of last.values()) {
    if (one.registry === 'people') continue;
    const [latest] = await repositories.history.list(one.registry, one.id, { after: null, limit: 1 });
    if (latest?.version !== one.version) throw new CodedError('ERR_CHANGE_OUTDATED', { field: one.id });
  }
  for (const one of [...set.effects].reverse()) await restore(repositories, ports, author, one);
  const now = ports.clock().toISOString();
  for (const next of await repositories.changeSets.following(id)) {
    const withdrawn: ChangeSet = { ...next, state: 'withdrawn', updatedAt: now };
    await keep(repositories, ports, withdrawn, 'change-set.withdraw', { reason }, author);
  }
  const back: ChangeSet = { ...set, state: 'rolled-back', rolledBackAt: now, updatedAt: now };
  await keep(repositories, ports, back, 'change-set.roll-back', { reason }, author);
  return back;
}

async function restore(
  repositories: Repositories,
  ports: ApplyPorts,
  author: Author,
  { registry, id, part, before }: OperationEffect,
): Promise<void> {
  if (part !== undefined)
    return restorePart(repositories, ports, author, { registry, id, part, before: before ?? '{}' });
  if (registry !== 'cas') {
    if (before === null) {
      await endCaller(repositories, ports, author, id);
      return;
    }
    const caller = JSON.parse(before) as Caller;
    await refuseTakenOrigins(repositories, caller);
    await repositories.callers.update(caller);
    await recordCallerChange(repositories, ports, author, caller, 'caller.restore');
    return;
  }
  const now = ports.clock().toISOString();
  const present = await repositories.cas.byId(id);
  if (present === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  const ca: Ca =
    before === null ? { ...present, state: 'off-boarded', updatedAt: now } : { ...readPlainCa(before), updatedAt: now };
  await repositories.cas.update(ca);
  await recordChange(repositories, ports, author, {
    ...{ registry: 'cas', recordId: id, action: 'ca.restore', record: caView(ca) },
  });
}

async function restorePart(
  repositories: Repositories,
  ports: ApplyPorts,
  author: Author,
  {
    registry,
    id,
    part,
    before,
  }: { registry: string; id: string; part: NonNullable<OperationEffect['part']>; before: string },
): Promise<void> {
  const was: unknown = JSON.parse(before);
  if (part === 'role') await setConsoleRole(repositories, ports, author, id, was as ConsoleRole);
  else if (part === 'sources') await putSources(repositories, ports, author, id, was as CaSources);
  else if (part === 'enrolment') await putCaEnrolment(repositories, ports, author, id, enrolmentOf(was));
  else if (registry === 'cas') await putCaProfile(repositories, ports, author, id, was as CaProfile);
  else await putPlatformProfile(repositories, ports, author, id, was as PlatformProfile);
}

/** As the registry gave it, without whose and since when. */
function enrolmentOf(was: unknown): CaEnrolment {
  const { caId: _caId, updatedAt: _updatedAt, ...enrolment } = was as CaEnrolmentRecord;
  return enrolment;
}

export async function requireSet(repositories: Pick<Repositories, 'changeSets'>, id: string): Promise<ChangeSet> {
  const set = await repositories.changeSets.byId(id);
  if (set === null) throw new CodedError('ERR_REQUEST_NOT_FOUND');
  return set;
}

/** Writes a change set down, with the act that made it what it is now. */
export async function keep(
  repositories: Repositories,
  ports: Pick<Ports, 'ops' | 'clock' | 'lifetimes'>,
  set: ChangeSet,
  action: string,
  details: Readonly<Record<string, unknown>>,
  author: Author = authorOfSet(set),
): Promise<void> {
  await repositories.changeSets.update(set);
  await appendAudit(repositories, ports, {
    ...{ ...author, action, target: set.id, outcome: set.state === 'failed' ? 'refused' : 'done' },
    ...(set.failure !== null && { reason: set.failure }),
    details: { title: set.title, ...details },
  });
  await repositories.events.publish('change-set.changed', { id: set.id });
}

async function effect(
  { history }: Pick<Repositories, 'history'>,
  registry: 'cas' | 'platforms',
  id: string,
  before: string | null,
): Promise<OperationEffect> {
  const [latest] = await history.list(registry, id, { after: null, limit: 1 });
  return { registry, id, version: latest?.version ?? 0, before };
}
