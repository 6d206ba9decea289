import { fromBase64, toHex, utf8Encode } from '@onelock/core/bytes';
import { CodedError, type ErrorCode } from '@onelock/core/errors';
import { judgeSignature } from '@onelock/core/validation';
import { appendAudit } from '../append-audit.ts';
import { mayBeOf } from '../console/own-keys.ts';
import { withRegistry } from '../gather-evidence.ts';
import { canonicalJson } from '../idempotency.ts';
import { newId } from '../identifiers.ts';
import { type Page, pageOf } from '../page.ts';
import type {
  Approval,
  ChangeOperation,
  ChangeSet,
  ChangeSetState,
  OperationPreview,
} from '../ports/change-records.ts';
import type { Act, Ports } from '../ports/ports.ts';
import type { PageRequest, Repositories } from '../ports/store.ts';
import { readCertificate } from '../read-certificates.ts';
import { authorOf } from '../registry/record-change.ts';
import { signatureAlgorithmFor } from '../signature-algorithm.ts';
import { applyInTransaction, CannotApply, failInTransaction, keep, requireSet, rollBack } from './apply.ts';
import { frozenBy } from './freeze.ts';
import { refuseOutdated } from './outdated.ts';
import { previewOperations } from './preview.ts';

export interface Proposal {
  readonly title: string;
  readonly reason: string;
  readonly operations: readonly ChangeOperation[];
  readonly applyAt?: string | undefined;
  readonly urgent?: boolean | undefined;
}

/** An approver's own signature over {@link approvalText}. */
export interface ApprovalSignature {
  readonly certificate: string;
  readonly signature: string;
}

export interface ChangeSetView extends Omit<ChangeSet, 'effects'> {
  /** Title of the bid opening that it waits for. */
  readonly waitsFor: string | null;
  /** How many approvals it still needs. */
  readonly approvalsNeeded: number;
}

/** What an approver signs. */
export const approvalText = (digest: string): Uint8Array => utf8Encode(`onelock-change-set-approval-v1\n${digest}\n`);

/**
 * Proposes changes. Nothing changes before another person has approved them (two others, when they are urgent).
 *
 * @throws {CodedError} those of `previewOperations`; ERR_CHANGE_OUTDATED for an operation made from what is older by now
 */
export async function proposeChangeSet(ports: Ports, act: Act, proposal: Proposal): Promise<ChangeSetView> {
  const { clock, ops } = ports;
  const applyAt = readApplyAt(proposal.applyAt);
  const preview = await previewOperations(ports.store, ports, proposal.operations, applyAt);
  const now = clock().toISOString();
  const { title, reason, operations, urgent = false } = proposal;
  const proposed = { title, reason, operations, urgent, applyAt };
  const set: ChangeSet = {
    ...proposed,
    id: newId('chg', clock, ops),
    state: 'proposed',
    digest: toHex(
      ops.digest('sm3', utf8Encode(canonicalJson({ ...proposed, proposedBy: act.caller.id, proposedAt: now }))),
    ),
    ...{ preview, proposedBy: act.caller.id, proposedAt: now, approvals: [], appliedAt: null, effects: null },
    ...{ signature: null, rolledBackAt: null, parent: null, failure: null, updatedAt: now },
  };
  return act.transaction(async (repositories) => {
    await refuseOutdated(repositories, operations);
    await repositories.changeSets.add(set);
    await appendAudit(repositories, ports, {
      ...{ ...authorOf(act), action: 'change-set.propose', target: set.id, outcome: 'done' },
      details: { title, reason, urgent, digest: `sm3:${set.digest}`, applyAt: set.applyAt, preview },
    });
    await repositories.events.publish('change-set.changed', { id: set.id });
    return viewOf(repositories, ports, set);
  });
}

/**
 * Approves what has this digest. With the last approval that is needed it is applied, at once or when its time comes and
 * no bid opening freezes changes.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND, ERR_CHANGE_STATE, ERR_CHANGE_SAME_PERSON, ERR_CHANGE_OUTDATED for another digest,
 *   ERR_CHANGE_SIGNATURE
 */
export async function approveChangeSet(
  ports: Ports,
  act: Act,
  id: string,
  input: { readonly digest: string; readonly signature?: ApprovalSignature | undefined },
): Promise<ChangeSetView> {
  const signed = input.signature && (await readSignature(ports, act.caller.id, input.digest, input.signature));
  // The approval and what it brings about are one: nobody comes between them, and who sends it again gets the same answer.
  const decide = (failure: ErrorCode | null): Promise<ChangeSetView> =>
    act.transaction(async (repositories) => {
      const set = await requireState(repositories, id, 'proposed');
      const by = act.caller.id;
      if (set.proposedBy === by || set.approvals.some((approval) => approval.by === by))
        throw new CodedError('ERR_CHANGE_SAME_PERSON');
      if (set.digest !== input.digest) throw new CodedError('ERR_CHANGE_OUTDATED', { field: '/digest' });
      const at = ports.clock().toISOString();
      const approval: Approval = { by, at, signature: null, certificate: null, ...signed };
      const approvals = [...set.approvals, approval];
      const state = approvals.length >= approvalsFor(set) ? 'approved' : 'proposed';
      const changed: ChangeSet = { ...set, approvals, state, updatedAt: at };
      await keep(repositories, ports, changed, 'change-set.approve', { digest: `sm3:${set.digest}` }, authorOf(act));
      if (state === 'proposed') return viewOf(repositories, ports, changed);
      const done =
        failure === null
          ? await applyInTransaction(repositories, ports, id)
          : await failInTransaction(repositories, ports, changed, failure);
      return viewOf(repositories, ports, done);
    });
  try {
    return await decide(null);
  } catch (error) {
    if (!(error instanceof CannotApply)) throw error;
    return await decide(error.code);
  } finally {
    ports.platforms.refresh();
  }
}

/** The proposer withdraws; anybody else rejects. @throws {CodedError} ERR_REQUEST_NOT_FOUND, ERR_CHANGE_STATE */
export async function endChangeSet(ports: Ports, act: Act, id: string, reason: string): Promise<ChangeSetView> {
  return act.transaction(async (repositories) => {
    const set = await requireState(repositories, id, 'proposed', 'approved');
    const own = set.proposedBy === act.caller.id;
    const ended: ChangeSet = {
      ...set,
      state: own ? 'withdrawn' : 'rejected',
      updatedAt: ports.clock().toISOString(),
    };
    await keep(
      repositories,
      ports,
      ended,
      own ? 'change-set.withdraw' : 'change-set.reject',
      { reason },
      authorOf(act),
    );
    return viewOf(repositories, ports, ended);
  });
}

/**
 * Takes back what was applied. One person may: what it restores was approved before, and the need is urgent.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND, ERR_CHANGE_STATE, ERR_CHANGE_OUTDATED
 */
export async function rollBackChangeSet(ports: Ports, act: Act, id: string, reason: string): Promise<ChangeSetView> {
  return act.transaction(async (repositories) =>
    viewOf(repositories, ports, await rollBack(repositories, ports, { ...authorOf(act), why: reason }, id, reason)),
  );
}

/** @throws {CodedError} ERR_REQUEST_NOT_FOUND */
export async function findChangeSet(ports: Ports, id: string): Promise<ChangeSetView> {
  return viewOf(ports.store, ports, await requireSet(ports.store, id));
}

/** Newest first. */
export async function listChangeSets(
  ports: Ports,
  page: PageRequest<string>,
  state: ChangeSetState | undefined,
): Promise<Page<ChangeSetView>> {
  const { items, nextCursor } = await pageOf(
    page,
    (request) => ports.store.changeSets.list(request, state),
    ({ id }) => id,
  );
  const views: ChangeSetView[] = [];
  for (const set of items) views.push(await viewOf(ports.store, ports, set));
  return { items: views, nextCursor };
}

export async function previewChanges(
  ports: Ports,
  operations: readonly ChangeOperation[],
  applyAt: string | undefined,
): Promise<readonly OperationPreview[]> {
  return previewOperations(ports.store, ports, operations, readApplyAt(applyAt));
}

const approvalsFor = ({ urgent }: ChangeSet): number => (urgent ? 2 : 1);

async function viewOf(
  readings: Pick<Repositories, 'bidOpenings'>,
  ports: Pick<Ports, 'clock' | 'changes'>,
  set: ChangeSet,
): Promise<ChangeSetView> {
  const { effects: _effects, ...view } = set;
  const opening = set.state === 'approved' && !set.urgent ? await frozenBy(readings, ports) : null;
  const needed = set.state === 'proposed' ? approvalsFor(set) - set.approvals.length : 0;
  return { ...view, waitsFor: opening?.title ?? null, approvalsNeeded: needed };
}

async function requireState(
  repositories: Repositories,
  id: string,
  ...states: readonly ChangeSetState[]
): Promise<ChangeSet> {
  const set = await requireSet(repositories, id);
  if (!states.includes(set.state)) throw new CodedError('ERR_CHANGE_STATE', { state: set.state });
  return set;
}

function readApplyAt(text: string | undefined): string | null {
  if (text === undefined) return null;
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime()))
    throw new CodedError('ERR_REQUEST_INVALID', { field: '/applyAt', rule: 'format=date-time' });
  return instant.toISOString();
}

/**
 * An approver's signature counts when the service would accept it from anybody, by a certificate under a registered CA that is not revoked; and by a certificate
 * of their own, where some are bound to them for the console.
 */
async function readSignature(
  ports: Ports,
  approver: string,
  digest: string,
  { certificate: text, signature }: ApprovalSignature,
): Promise<Pick<Approval, 'signature' | 'certificate'>> {
  const certificate = readCertificate(text, '/signature/certificate');
  if (!(await mayBeOf(ports, approver, certificate)))
    throw new CodedError('ERR_CHANGE_SIGNATURE', { reason: 'ERR_CONSOLE_USER_UNKNOWN' });
  const judgement = { at: ports.clock(), profile: 'bidding', revocation: 'if-available' } as const;
  const { evidence } = await withRegistry(ports, judgement, { certificates: [certificate] }, [], true);
  const report = judgeSignature(
    {
      content: approvalText(digest),
      signature: fromBase64(signature),
      algorithm: signatureAlgorithmFor(certificate.publicKey, undefined, undefined),
      ...{ certificate, ...evidence },
    },
    ports.ops,
  );
  if (report.indication !== 'passed')
    throw new CodedError('ERR_CHANGE_SIGNATURE', { reason: report.reason?.code ?? report.indication });
  return { signature, certificate: toHex(ports.ops.digest('sm3', certificate.der)) };
}
