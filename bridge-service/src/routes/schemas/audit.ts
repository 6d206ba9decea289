import Type from 'typebox';
import { roles } from '../../services/ports/records.ts';
import { closed, Instant, nullable, oneOf } from './common.ts';

const Digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: '十六进制摘要 / digest in hex' });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

export const AuditEntrySchema = closed({
  sequence: Type.Integer({ description: '序号，连续无缺 / 1, 2, 3 … without gaps' }),
  at: Instant,
  actor: Type.String({ description: '调用方编号 / id of the caller' }),
  role: oneOf([...roles, 'none'], '角色 / role'),
  action: Type.String({ description: '做了什么 / what was done' }),
  target: Type.String({ description: '记录编号或摘要 / id of a record, or a digest' }),
  outcome: oneOf(['passed', 'failed', 'indeterminate', 'done', 'refused'], '结果 / outcome'),
  reason: Type.String({ description: '代码，或空 / a code, or empty' }),
  requestId: Type.String(),
  detailsSm3: Type.String({ description: 'SM3("onelock-audit-details-v2\\n" + salt + "\\n" + details)' }),
  detailsSha256: Type.String({ description: 'SHA-256, likewise' }),
  retainUntil: Instant,
  details: nullable(Type.Record(Type.String(), Type.Unknown())),
  detailsSalt: nullable(Type.String()),
});

export const AuditHeadSchema = closed(
  {
    log: Type.String({ description: '日志的名字 / names the log' }),
    size: Count,
    sm3: Digest,
    sha256: Digest,
  },
  '两棵默克尔树（RFC 6962）的树头；叶子为 H(0x00 ‖ 规范字节) / heads of both Merkle trees (RFC 6962); a leaf is H(0x00 ‖ canonical bytes)',
);

export const CheckpointSchema = closed({
  version: Type.Literal(1),
  log: Type.String(),
  size: Count,
  sm3: Digest,
  sha256: Digest,
  at: Instant,
  key: Type.String({ description: '服务公钥的编号，见 /v1/keys / id of the service key, see /v1/keys' }),
  signature: Type.String({
    description:
      'SM2 签名（DER 的 base64），对 onelock-audit-checkpoint-v1 文本 / SM2 over the onelock-audit-checkpoint-v1 text',
  }),
});

const path = Type.Array(Digest, { maxItems: 60, description: '由叶到根 / from the leaf to the root' });
const inclusion = closed({ leaf: Digest, root: Digest, path });
const consistency = closed({ firstRoot: Digest, root: Digest, path });

export const InclusionSchema = closed({ sequence: Count, size: Count, sm3: inclusion, sha256: inclusion });
export const ConsistencySchema = closed({ first: Count, second: Count, sm3: consistency, sha256: consistency });

export const ServiceKeysSchema = closed({
  keys: Type.Array(
    closed({
      id: Type.String({ description: 'SM3(SubjectPublicKeyInfo) 的前 16 位 / first 16 digits of it' }),
      algorithm: Type.Literal('sm2'),
      publicKey: Type.String({ contentEncoding: 'base64', description: 'SubjectPublicKeyInfo' }),
    }),
  ),
});

export const SequenceParams = closed({
  sequence: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: '序号 / sequence' }),
});
export const After = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: '从此序号之后开始；给出 cursor 时以 cursor 为准 / begin after this number; a cursor comes first',
});
export const Size = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: '日志的条数，默认为现有全部 / size of the log; all of it by default',
});

export const AuditVerificationSchema = closed({
  outcome: oneOf(
    ['passed', 'continued', 'failed'],
    '结论；continued：相符，而日志声明曾丢失一段 / outcome; continued: it agrees, and declares that it lost a part once',
  ),
  after: Count,
  size: Size,
  sm3: Digest,
  sha256: Digest,
  checkpoints: Count,
  detailsErased: Count,
  fault: Type.Optional(
    closed({ sequence: Count, rule: Type.String({ pattern: '^[a-z-]{1,40}$', description: '哪条规则 / which rule' }) }),
  ),
});
