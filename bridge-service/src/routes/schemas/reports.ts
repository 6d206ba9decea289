import Type from 'typebox';
import { closed, Hex, Instant, nullable, oneOf, ReasonSchema, recordId } from './common.ts';

const Indication = oneOf(
  ['passed', 'failed', 'indeterminate'],
  '结论：通过、未通过、无法判定 / the verdict (ETSI EN 319 102-1)',
);

const Subject = closed(
  { subject: Type.String(), issuer: Type.String(), serialNumber: Type.String() },
  '证书主体、颁发者、序列号（十六进制）；证件号码已脱敏 / subject, issuer and serial number (hex); identity numbers masked',
);

const Need = closed({
  kind: oneOf(
    ['trust-anchor', 'issuer-certificate', 'signer-certificate', 'content', 'revocation', 'algorithm'],
    '补充什么即可判定 / what would let it be decided',
  ),
  of: Type.String(),
});

const verdict = {
  indication: Indication,
  reason: Type.Optional(ReasonSchema),
  subject: Type.Optional(Subject),
  needs: Type.Optional(Type.Array(Need)),
};

const RevocationMode = oneOf(
  ['require', 'if-available', 'none'],
  '吊销检查方式，默认 if-available：没有依据时结论成立并注明未检查 / if-available by default: without evidence the verdict stands and says so',
);

export const profiles = [
  'rfc5280',
  'rfc5280-strict',
  'tls-server',
  'gm-sign',
  'gm-encrypt',
  'bidding',
  'time-stamping',
  'code-signing',
] as const;
const Profile = oneOf(profiles, '规则集，默认 rfc5280 / set of rules, rfc5280 by default');

/** What became of each source of evidence, beside the verdict. */
export const Sources = Type.Array(
  closed({
    kind: oneOf(['crl', 'ocsp', 'ca-issuers', 'tsa'], '种类 / kind'),
    url: Type.String({ description: '地址，不含查询串 / address, without query' }),
    outcome: oneOf(
      ['current', 'known', 'failed'],
      '取到现行证据、只有旧证据、什么也没有 / current evidence, only older evidence, none',
    ),
    reason: Type.Optional(ReasonSchema),
    producedAt: Type.Optional(Instant),
    validUntil: Type.Optional(Instant),
    digest: Type.Optional(Type.String({ description: '所用证据的 SM3 / SM3 of the evidence used' })),
  }),
  { description: '本次判定问过的证据源；没有问过则省略 / sources asked for this judgement; absent when none was' },
);
const ExplainedReason = closed({
  about: Type.String({
    description:
      '说的是什么：verdict、admission、revocation、attempt、source、signer/N、timestamp/N / of what it speaks',
  }),
  code: Type.String({ pattern: '^ERR_[A-Z0-9_]+$' }),
  text: Type.String(),
  clause: Type.Optional(Type.String()),
  whoCanAct: oneOf(['user', 'integrator', 'operator', 'vendor', 'us'], '谁能解决 / who can put it right'),
  retriable: Type.Boolean(),
});
export const languages = ['zh-CN', 'en'] as const;

/** What stands beside a verdict when it is asked for. */
const withSources = {
  sources: Type.Optional(Sources),
  explanation: Type.Optional(
    closed(
      {
        language: oneOf(languages, '语言 / language'),
        summary: Type.String(),
        reasons: Type.Array(ExplainedReason),
        checked: Type.Optional(
          Type.Array(
            closed({
              subject: Type.String(),
              constraint: Type.String(),
              clause: Type.String(),
              satisfied: Type.Boolean(),
            }),
          ),
        ),
      },
      '用文字说明的结论 / the verdict in words',
    ),
  ),
  signed: Type.Optional(
    closed(
      {
        format: oneOf(['cms', 'jws'], '所求的形式 / the form that was asked for'),
        value: Type.String({
          maxLength: 64 * 1024 * 1024,
          description:
            'cms：GM/T 0010 签名消息（DER 的 base64）；jws：紧凑形式；内容都是应答的 JSON / SignedData in base64, or compact JWS, around the JSON of the answer',
        }),
      },
      '服务签名的报告，可用 onelock report verify 离线验证 / signed by the service; verify it offline by onelock report verify',
    ),
  ),
};

export const AdmissionSchema = closed(
  {
    decision: oneOf(
      ['admitted', 'step-up', 'blocked', 'refused'],
      '可用、须加验、已被监管或登记阻断、结论未通过 / may be acted on, has to be cleared, blocked by supervision or the registries, the verdict is not passed',
    ),
    reason: Type.Optional(ReasonSchema),
  },
  '此刻可否据此办事：结论之外再看关注名单与登记状态；结论本身不变 / whether it may be acted on now, by the verdict, the watch-list and the registries; the verdict stays what it is',
);
const withAdmission = { admission: Type.Optional(AdmissionSchema) };

const certificateReport = {
  ...verdict,
  certificate: Subject,
  path: Type.Array(Subject, {
    description: '证书路径，终端实体在前；未建成为空 / end entity first; empty when none was built',
  }),
  at: Instant,
  profile: Profile,
  revocation: closed({
    mode: RevocationMode,
    checked: Type.Boolean({
      description: '是否已有依据判定该证书 / whether evidence decided about the certificate itself',
    }),
    reason: Type.Optional(ReasonSchema),
    source: Type.Optional(oneOf(['crl', 'ocsp'], '依据来源 / kind of evidence')),
    producedAt: Type.Optional(Instant),
    ageSeconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: '依据在评判时刻的年龄（秒）/ age of the evidence at the moment judged for',
      }),
    ),
  }),
  attempts: Type.Array(closed({ reason: ReasonSchema, subject: Type.Optional(Subject) }), {
    description: '试过而未成的路径，最能说明问题的在前 / ways that were tried, most telling first',
  }),
};

/** Inside of other reports. */
const NestedCertificateReport = closed(certificateReport, '证书验证结论 / verdict on a certificate');

export const CertificateReportSchema = closed(
  { ...certificateReport, ...withAdmission, ...withSources },
  '证书验证结论 / verdict on a certificate',
);

const Deviations = Type.Array(closed({ symptom: Type.String(), authority: Type.String(), until: Type.String() }), {
  description: '看到并已登记的与标准的偏差 / departures from the standard that were seen and are declared',
});

const timestampReport = {
  ...verdict,
  time: Instant,
  accuracyMs: nullable(Type.Integer({ minimum: 0 })),
  ordering: Type.Boolean(),
  serialNumber: Hex,
  policy: Type.String(),
  digestAlgorithm: Type.String(),
  authority: nullable(Subject),
  certificate: nullable(NestedCertificateReport),
  deviations: Type.Optional(Deviations),
};
export const TimestampReportSchema = closed(timestampReport, '时间戳的结论 / verdict on a time-stamp');
export const VerifiedTimestampSchema = closed(
  { ...timestampReport, ...withSources },
  '时间戳的结论 / verdict on a time-stamp',
);

const signerFacts = {
  ...verdict,
  signer: Type.String(),
  digestAlgorithm: Type.String(),
  signatureAlgorithm: Type.String(),
  signingTime: nullable(Instant),
  certificate: nullable(NestedCertificateReport),
  deviations: Type.Optional(Deviations),
  timestamps: Type.Optional(Type.Array(TimestampReportSchema)),
  provenTime: Type.Optional(Instant),
  broughtRevocation: Type.Optional(
    closed(
      { crls: Type.Integer({ minimum: 0 }), ocspResponses: Type.Integer({ minimum: 0 }) },
      '消息自带并一并用于评判的吊销依据份数 / revocation evidence that the message brought, judged by as well',
    ),
  ),
};

const SignerReport = closed({
  ...signerFacts,
  countersignatures: Type.Optional(
    Type.Array(closed(signerFacts), {
      description: '副署，不影响签名者的结论 / witnesses, without effect on the verdict',
    }),
  ),
});

export const MessageReportSchema = closed(
  {
    kind: Type.Literal('message'),
    ...verdict,
    family: oneOf(['gm', 'pkcs7'], '消息体系 / family'),
    contentType: Type.String(),
    detached: Type.Boolean(),
    signers: Type.Array(SignerReport, { description: '逐个签名者的结论 / one verdict per signer' }),
    ...withAdmission,
    ...withSources,
  },
  '签名消息的结论 / verdict on a signed message',
);

export const RawSignatureReportSchema = closed(
  {
    kind: oneOf(['raw', 'digest'], '按原文或按摘要 / by the content or by its digest'),
    ...verdict,
    algorithm: Type.String(),
    certificate: nullable(NestedCertificateReport),
    ...withAdmission,
    ...withSources,
  },
  '裸签名的结论 / verdict on a raw signature',
);

export const IdentitySchema = closed(
  {
    organization: nullable(Type.String()),
    unifiedSocialCreditCode: nullable(closed({ value: Type.String(), checkDigitValid: Type.Boolean() })),
    person: closed({
      name: nullable(Type.String()),
      identifier: nullable(
        closed({ kind: Type.String(), masked: Type.String(), checkDigitValid: nullable(Type.Boolean()) }),
      ),
    }),
    commonName: nullable(Type.String()),
    country: nullable(Type.String()),
    province: nullable(Type.String()),
    locality: nullable(Type.String()),
    registeredCompany: nullable(
      closed(
        { id: recordId('com'), creditCode: Type.String(), name: Type.String() },
        '证书不带统一社会信用代码时，证书登记中它所属的企业 / of a certificate that carries no code: whose it is by the registry of certificates',
      ),
    ),
  },
  '主体身份，证件号码已脱敏 / identity of the subject, document number masked',
);

export const LoginSchema = closed(
  {
    id: recordId('lgn'),
    createdAt: Instant,
    certificateDigest: Type.String({ description: '证书 DER 的 SM3 / SM3 of the certificate' }),
    identity: nullable(IdentitySchema),
    ...verdict,
    origin: Type.String(),
    algorithm: Type.String(),
    certificate: nullable(NestedCertificateReport),
  },
  '登录记录：identity 仅在结论为 passed 时不为 null / a login record: identity is null unless the verdict is passed',
);
