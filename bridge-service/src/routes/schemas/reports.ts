import Type from 'typebox';
import { signatureAlgorithmNames } from '../../services/signature-algorithm.ts';
import { contentDigestNames } from '../../services/verify-digest.ts';
import { base64, CertificateText, closed, Hex, Instant, nullable, oneOf, ReasonSchema, recordId } from './common.ts';

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

const profiles = [
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
    description: '说的是什么：verdict、revocation、attempt、source、signer/N、timestamp/N / of what it speaks',
  }),
  code: Type.String({ pattern: '^ERR_[A-Z0-9_]+$' }),
  text: Type.String(),
  clause: Type.Optional(Type.String()),
  whoCanAct: oneOf(['user', 'integrator', 'operator', 'vendor', 'us'], '谁能解决 / who can put it right'),
  retriable: Type.Boolean(),
});
const languages = ['zh-CN', 'en'] as const;

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
        format: Type.Literal('cms'),
        value: base64(
          64 * 1024 * 1024,
          'GM/T 0010 签名消息，内容为应答的 JSON / SignedData around the JSON of the answer',
        ),
      },
      '服务签名的报告，可用 onelock report verify 离线验证 / signed by the service; verify it offline by onelock report verify',
    ),
  ),
};

/** What a caller wants of a report beside the verdict. */
export const reportWishes = {
  explain: Type.Optional(
    oneOf(
      ['simple', 'detailed'],
      '附文字说明；detailed 另列证书判定的每条约束 / with words; detailed also lists every constraint asked of a certificate',
    ),
  ),
  language: Type.Optional(
    oneOf(languages, '说明的语言，默认按 Accept-Language / language of the words, by Accept-Language when absent'),
  ),
  sign: Type.Optional(Type.Literal('cms', { description: '由服务签名 / signed by the service' })),
};

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
  { ...certificateReport, ...withSources },
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

const keyUsages = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export const Oid = Type.String({ pattern: '^[0-2](\\.(0|[1-9][0-9]{0,38})){1,30}$', description: 'OID' });

const maxCertificates = 100;
const maxRevocationData = 4 * 1024 * 1024;
const needsPermission = '需要权限 explicit-evidence / needs the permission explicit-evidence';

/** What trust is to be judged by; all but `intermediates` is for callers with the permission. */
export const trustQuestion = {
  intermediates: Type.Optional(
    Type.Array(CertificateText, {
      maxItems: maxCertificates,
      description: '可能用到的中间证书 / candidates between leaf and anchor',
    }),
  ),
  trustAnchors: Type.Optional(
    Type.Array(CertificateText, {
      maxItems: maxCertificates,
      description: `以此代替 CA 登记的信任锚；${needsPermission}`,
    }),
  ),
  at: Type.Optional(
    Type.String({ format: 'date-time', maxLength: 40, description: `按此时刻判定；${needsPermission}` }),
  ),
  profile: Type.Optional(oneOf(profiles, `规则集，默认 rfc5280；${needsPermission}`)),
  revocation: Type.Optional(
    oneOf(['require', 'if-available', 'none'], `吊销检查方式，默认 if-available；${needsPermission}`),
  ),
  crls: Type.Optional(
    Type.Array(base64(maxRevocationData, 'CRL（DER 的 base64）/ CRL, base64 of the DER'), {
      maxItems: 50,
      description: needsPermission,
    }),
  ),
  ocspResponses: Type.Optional(
    Type.Array(base64(maxRevocationData, 'OCSP 响应（DER 的 base64）/ OCSP response, base64 of the DER'), {
      maxItems: 50,
      description: needsPermission,
    }),
  ),
  policies: Type.Optional(
    closed(
      {
        acceptable: Type.Optional(
          Type.Union([Type.Literal('any'), Type.Array(Oid, { maxItems: 64 })], {
            description: '可接受的策略 / acceptable policies',
          }),
        ),
        explicit: Type.Optional(Type.Boolean()),
        inhibitMapping: Type.Optional(Type.Boolean()),
        inhibitAny: Type.Optional(Type.Boolean()),
      },
      `证书策略（RFC 5280 §6.1.1）；${needsPermission}`,
    ),
  ),
  peerName: Type.Optional(
    closed(
      { kind: oneOf(['dns', 'ip', 'email'], '名称种类 / kind'), value: Type.String({ minLength: 1, maxLength: 320 }) },
      '终端实体须有的备用名 / a name that the leaf must bear',
    ),
  ),
  keyUsage: Type.Optional(
    Type.Array(oneOf(keyUsages, '密钥用法 / key usage'), {
      maxItems: 9,
      description: '终端实体须有的密钥用法 / bits that the leaf must have',
    }),
  ),
  extendedKeyUsage: Type.Optional(
    Type.Array(Oid, {
      maxItems: 20,
      description: '终端实体须有其一的扩展用途 / purposes, one of which the leaf must have',
    }),
  ),
  maxIntermediates: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 32, description: '中间证书数上限 / most intermediates' }),
  ),
  evidence: Type.Optional(
    oneOf(
      ['fetch', 'supplied'],
      `吊销证据由服务向 CA 取，或只用请求所附；请求自带信任锚或证据时默认 supplied，否则 fetch / revocation evidence from the sources of CAs, or only what comes along; supplied by default where the question brings anchors or evidence, else fetch；${needsPermission}`,
    ),
  ),
};

const certificateQuestion = { certificate: CertificateText, ...trustQuestion, ...reportWishes };
export const CertificateQuestionSchema = closed(certificateQuestion);

/** The body limit of the service is what really bounds these. */
const anyLength = 512 * 1024 * 1024;

const signedBy = {
  certificate: Type.Optional(CertificateText),
  publicKey: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 16_384,
      description:
        '公钥（SubjectPublicKeyInfo），与 certificate 二选一，此时不得再带信任条件 / instead of certificate; then nothing may be asked about trust',
    }),
  ),
};
const signatureValue = base64(16_384, 'SM2、ECDSA 为 DER SEQUENCE { r, s } / DER SEQUENCE { r, s } for SM2 and ECDSA');
export const ContentDigest = closed(
  { algorithm: oneOf(contentDigestNames, '摘要算法 / digest'), value: base64(128, '摘要 / the digest') },
  '摘要，代替原文 / a digest, instead of the content',
);

const signatureQuestions = [
  closed({
    kind: Type.Literal('digest', {
      description:
        '裸签名，只送摘要；SM2 的摘要为 e = SM3(ZA ‖ 原文)，支持 SM2 与 RSA PKCS#1 / raw signature by its digest alone; of SM2 it is e = SM3(ZA ‖ content); for SM2 and RSA PKCS#1',
    }),
    digest: ContentDigest,
    signature: signatureValue,
    ...signedBy,
    ...trustQuestion,
    ...reportWishes,
  }),
  closed({
    kind: Type.Literal('raw', { description: '裸签名（P1）/ raw signature' }),
    content: base64(anyLength, '被签名的字节 / the bytes signed'),
    signature: signatureValue,
    ...signedBy,
    algorithm: Type.Optional(
      oneOf(signatureAlgorithmNames, '签名算法，省略时按密钥选定 / chosen from the key when absent'),
    ),
    userId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        pattern: '^[\\x20-\\x7e]+$',
        description: 'SM2 用户标识，默认 1234567812345678 / SM2 user id',
      }),
    ),
    ...trustQuestion,
    ...reportWishes,
  }),
  closed({
    kind: Type.Literal('message', { description: '签名消息（GM/T 0010、PKCS#7/CMS）/ signed message' }),
    message: Type.String({
      minLength: 1,
      maxLength: anyLength,
      description: 'DER 的 base64，或 PEM / base64 of the DER, or PEM',
    }),
    content: Type.Optional(base64(anyLength, '分离式签名的原文 / the content of a detached signature')),
    contentDigests: Type.Optional(
      Type.Array(ContentDigest, {
        minItems: 1,
        maxItems: 4,
        description:
          '代替 content：原文的摘要，原文不必上传（签名须带签名属性）/ instead of content: its digests, so that it need not be sent (for signatures with signed attributes)',
      }),
    ),
    certificates: Type.Optional(
      Type.Array(CertificateText, {
        maxItems: maxCertificates,
        description: '消息中没有的签名者证书 / signers that the message does not carry',
      }),
    ),
    ...trustQuestion,
    ...reportWishes,
  }),
] as const;

export const SignatureQuestionSchema = Type.Union([...signatureQuestions]);

const timestampQuestion = {
  token: Type.String({
    minLength: 1,
    maxLength: 1_000_000,
    contentEncoding: 'base64',
    description: 'TimeStampToken 或 TimeStampResp / or TimeStampResp',
  }),
  content: Type.Optional(base64(anyLength, '盖时间戳的字节 / the bytes that were stamped')),
  digest: Type.Optional(ContentDigest),
  ...trustQuestion,
  ...reportWishes,
};
export const TimestampQuestionSchema = closed(timestampQuestion);

const mostQuestions = 1_000;

/** Several questions of any kind. */
export const BatchSchema = closed({
  items: Type.Array(
    Type.Union([
      closed({ kind: Type.Literal('certificate', { description: '证书 / a certificate' }), ...certificateQuestion }),
      closed({ kind: Type.Literal('timestamp', { description: '时间戳 / a time-stamp' }), ...timestampQuestion }),
      ...signatureQuestions,
    ]),
    { minItems: 1, maxItems: mostQuestions, description: '逐项判定，各自有结论 / each is judged by itself' },
  ),
});

export const LoginTokenSchema = closed(
  {
    version: Type.Literal(1),
    origin: Type.String({ minLength: 1, maxLength: 300 }),
    challenge: base64(2_048, '挑战 / the challenge'),
    certificate: base64(131_072, '证书（DER 的 base64）/ certificate, base64 of the DER'),
    algorithm: oneOf(['SM2-SM3', 'RSA-SHA256', 'ECDSA-SHA256', 'ECDSA-SHA384', 'ECDSA-SHA512'], '签名算法 / algorithm'),
    signature: base64(16_384, '签名 / signature'),
  },
  'authenticate 返回的登录令牌 / the login token that authenticate returns',
);

export { Hex };
