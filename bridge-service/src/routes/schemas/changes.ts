import Type from 'typebox';
import { changeSetStates } from '../../services/ports/change-records.ts';
import { CertificateText, closed, Instant, Name, nullable, Origin, oneOf, recordId, Text } from './common.ts';

const Certificates = (minItems: number) => Type.Array(CertificateText, { minItems, maxItems: 100 });
const Count = Type.Integer({ minimum: 0 });

export const Operation = Type.Union([
  closed({
    kind: Type.Literal('ca.register'),
    name: Name,
    anchors: Certificates(1),
    intermediates: Type.Optional(Certificates(0)),
  }),
  closed({
    kind: Type.Literal('ca.update'),
    id: recordId('ca'),
    name: Type.Optional(Name),
    state: Type.Optional(oneOf(['active', 'off-boarded'], '状态 / state')),
    anchors: Type.Optional(Certificates(1)),
    intermediates: Type.Optional(Certificates(0)),
    overlapUntil: Type.Optional(Instant),
  }),
  closed({
    kind: Type.Literal('platform.update'),
    id: recordId('clr'),
    name: Type.Optional(Name),
    origins: Type.Optional(Type.Array(Origin, { maxItems: 50 })),
  }),
  closed({ kind: Type.Literal('platform.revoke'), id: recordId('clr') }),
]);
export const Operations = Type.Array(Operation, { minItems: 1, maxItems: 50, description: '变更 / changes' });

const kind = oneOf(['ca.register', 'ca.update', 'platform.update', 'platform.revoke'], '变更种类 / kind');
export const PreviewSchema = closed({
  kind,
  name: Type.String(),
  effect: oneOf(['enters', 'leaves', 'returns', 'changes'], '结果 / effect'),
  certificates: Count,
  companies: Count,
  companiesWithoutOther: Count,
  platforms: Count,
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
