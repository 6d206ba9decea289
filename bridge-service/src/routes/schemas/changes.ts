import Type from 'typebox';
import { changeSetStates, operationKinds } from '../../services/ports/change-records.ts';
import { consoleRoles } from '../../services/ports/console-store.ts';
import { permissions } from '../../services/ports/records.ts';
import { CaEnrolmentSchema } from './applications.ts';
import { CaSourcesInput, RevocationRule } from './ca-sources.ts';
import { CertificateText, closed, Instant, Name, nullable, Origin, oneOf, recordId, Text } from './common.ts';
import { CaProfileInput, PlatformProfileInput } from './registries.ts';

const Certificates = (minItems: number) => Type.Array(CertificateText, { minItems, maxItems: 100 });
const Count = Type.Integer({ minimum: 0 });

const Permissions = Type.Array(oneOf(permissions, '权限 / permission'), { maxItems: permissions.length });

/** Of an operation on what is there already. */
const seen = {
  version: Type.Optional(
    Type.Integer({
      minimum: 0,
      description:
        '提出时所见的版本（ETag）；此后他人改过则不执行 / the version that the proposer has seen (ETag); when somebody has changed it since, nothing is done',
    }),
  ),
};

export const Operation = Type.Union([
  closed({
    kind: Type.Literal('ca.register'),
    name: Name,
    anchors: Certificates(1),
    intermediates: Type.Optional(Certificates(0)),
    revocation: Type.Optional(RevocationRule),
  }),
  closed({
    ...seen,
    kind: Type.Literal('ca.update'),
    id: recordId('ca'),
    name: Type.Optional(Name),
    state: Type.Optional(oneOf(['active', 'off-boarded'], '状态 / state')),
    anchors: Type.Optional(Certificates(1)),
    intermediates: Type.Optional(Certificates(0)),
    overlapUntil: Type.Optional(Instant),
  }),
  closed({
    ...seen,
    kind: Type.Literal('platform.update'),
    id: recordId('clr'),
    name: Type.Optional(Name),
    origins: Type.Optional(Type.Array(Origin, { maxItems: 50 })),
    permissions: Type.Optional(Permissions),
  }),
  closed({ ...seen, kind: Type.Literal('platform.revoke'), id: recordId('clr') }),
  closed({
    kind: Type.Literal('platform.register'),
    name: Name,
    origins: Type.Optional(Type.Array(Origin, { maxItems: 50 })),
    permissions: Type.Optional(Permissions),
  }),
  closed({ ...seen, kind: Type.Literal('platform.set-profile'), id: recordId('clr'), profile: PlatformProfileInput }),
  closed({ ...seen, kind: Type.Literal('ca.set-profile'), id: recordId('ca'), profile: CaProfileInput }),
  closed({ ...seen, kind: Type.Literal('ca.set-sources'), id: recordId('ca'), sources: CaSourcesInput }),
  closed({ ...seen, kind: Type.Literal('ca.set-enrolment'), id: recordId('ca'), enrolment: CaEnrolmentSchema }),
  closed({
    kind: Type.Literal('person.register'),
    name: Name,
    role: oneOf(consoleRoles, '角色 / role'),
    certificate: CertificateText,
  }),
  closed({ kind: Type.Literal('person.revoke'), id: recordId('clr') }),
  closed({ kind: Type.Literal('person.set-role'), id: recordId('clr'), role: oneOf(consoleRoles, '角色 / role') }),
]);
export const Operations = Type.Array(Operation, { minItems: 1, maxItems: 50, description: '变更 / changes' });

const kind = oneOf(operationKinds, '变更种类 / kind');
export const PreviewSchema = closed({
  kind,
  name: Type.String(),
  effect: oneOf(['enters', 'leaves', 'returns', 'changes'], '结果 / effect'),
  certificates: Count,
  companies: Count,
  companiesWithoutOther: Count,
  platforms: Count,
  revocation: Type.Optional(
    closed(
      { from: nullable(RevocationRule), to: RevocationRule },
      '查不到吊销状态时的规则有变 / what counts where nobody can tell of a revocation changes',
    ),
  ),
});

export const Digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SM3' });
export const ChangeSetStateSchema = oneOf(changeSetStates, '状态 / state');
export const ChangeSetSchema = closed({
  id: recordId('chg'),
  title: Type.String(),
  reason: Type.String(),
  state: ChangeSetStateSchema,
  urgent: Type.Boolean(),
  operations: Type.Array(Operation),
  digest: Digest,
  preview: Type.Array(PreviewSchema),
  proposedBy: Type.String(),
  proposedAt: Instant,
  approvals: Type.Array(
    closed({
      by: Type.String(),
      at: Instant,
      signature: nullable(Type.String()),
      certificate: nullable(Type.String()),
    }),
  ),
  approvalsNeeded: Count,
  applyAt: nullable(Instant),
  appliedAt: nullable(Instant),
  signature: nullable(Type.String({ description: '服务对生效的签名 / the service’s signature of the application' })),
  rolledBackAt: nullable(Instant),
  parent: nullable(recordId('chg')),
  failure: nullable(Type.String()),
  waitsFor: nullable(Type.String({ description: '等待结束的开标 / the bid opening that it waits for' })),
  updatedAt: Instant,
});

export const Reason = closed({ reason: Text(500, '理由 / reason') });

export const OpeningSchema = closed({
  id: recordId('opn'),
  platformId: recordId('clr'),
  title: Type.String(),
  startsAt: Instant,
  endsAt: Instant,
  createdBy: Type.String(),
  createdAt: Instant,
  cancelledAt: nullable(Instant),
});

export const OriginRegistrySchema = closed({
  registry: Type.String({
    contentEncoding: 'base64',
    description: 'JSON：签名的就是读取的 / what is signed is what is read',
  }),
  algorithm: Type.Literal('sm2-sm3'),
  key: Type.String(),
  signature: Type.String({ contentEncoding: 'base64' }),
});
