import Type from 'typebox';
import { signatureAlgorithmNames } from '../../services/signature-algorithm.ts';
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

export const CertificateReportSchema = closed(
  {
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
  },
  '证书验证结论 / verdict on a certificate',
);

const Deviations = Type.Array(closed({ symptom: Type.String(), authority: Type.String(), until: Type.String() }), {
  description: '看到并已登记的与标准的偏差 / departures from the standard that were seen and are declared',
});

const TimestampReport = closed({
  ...verdict,
  time: Instant,
  accuracyMs: nullable(Type.Integer({ minimum: 0 })),
  ordering: Type.Boolean(),
  serialNumber: Hex,
  policy: Type.String(),
  digestAlgorithm: Type.String(),
  authority: nullable(Subject),
  certificate: nullable(CertificateReportSchema),
  deviations: Type.Optional(Deviations),
});

const signerFacts = {
  ...verdict,
  signer: Type.String(),
  digestAlgorithm: Type.String(),
  signatureAlgorithm: Type.String(),
  signingTime: nullable(Instant),
  certificate: nullable(CertificateReportSchema),
  deviations: Type.Optional(Deviations),
  timestamps: Type.Optional(Type.Array(TimestampReport)),
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
  },
  '签名消息的结论 / verdict on a signed message',
);

export const RawSignatureReportSchema = closed(
  {
    kind: Type.Literal('raw'),
    ...verdict,
    algorithm: Type.String(),
    certificate: nullable(CertificateReportSchema),
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
    certificate: nullable(CertificateReportSchema),
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
const Oid = Type.String({ pattern: '^[0-2](\\.(0|[1-9][0-9]{0,38})){1,30}$', description: 'OID' });

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
};

export const CertificateQuestionSchema = closed({ certificate: CertificateText, ...trustQuestion });

/** The body limit of the service is what really bounds these. */
const anyLength = 512 * 1024 * 1024;

export const SignatureQuestionSchema = Type.Union([
  closed({
    kind: Type.Literal('raw', { description: '裸签名（P1）/ raw signature' }),
    content: base64(anyLength, '被签名的字节 / the bytes signed'),
    signature: base64(16_384, 'SM2、ECDSA 为 DER SEQUENCE { r, s } / DER SEQUENCE { r, s } for SM2 and ECDSA'),
    certificate: Type.Optional(CertificateText),
    publicKey: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 16_384,
        description:
          '公钥（SubjectPublicKeyInfo），与 certificate 二选一，此时不得再带信任条件 / instead of certificate; then nothing may be asked about trust',
      }),
    ),
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
  }),
  closed({
    kind: Type.Literal('message', { description: '签名消息（GM/T 0010、PKCS#7/CMS）/ signed message' }),
    message: Type.String({
      minLength: 1,
      maxLength: anyLength,
      description: 'DER 的 base64，或 PEM / base64 of the DER, or PEM',
    }),
    content: Type.Optional(base64(anyLength, '分离式签名的原文 / the content of a detached signature')),
    certificates: Type.Optional(
      Type.Array(CertificateText, {
        maxItems: maxCertificates,
        description: '消息中没有的签名者证书 / signers that the message does not carry',
      }),
    ),
    ...trustQuestion,
  }),
]);

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
