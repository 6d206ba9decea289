import Type, { type Static, type TUnsafe } from 'typebox';
import { AlgorithmName } from './algorithms.ts';
import { closed, flag, hex, instant, integer, list, nullable, oid, oneOf, optional, text } from './primitives.ts';
import { Reason, RevocationReport, VerdictSubject, verdictWith } from './verdict.ts';

export const validationProfiles = [
  'rfc5280',
  'rfc5280-strict',
  'tls-server',
  'gm-sign',
  'gm-encrypt',
  'bidding',
  'time-stamping',
  'code-signing',
] as const;

export const Profile = oneOf(
  validationProfiles,
  '验证规则集；省略时用评判者的默认值',
  "Set of validation rules; the judge's default when absent",
);

export const RevocationMode = oneOf(
  ['require', 'if-available', 'none'],
  '吊销检查方式，默认 if-available：没有依据时结论成立并注明未检查',
  'How revocation is treated, if-available by default: without evidence the verdict stands and says that revocation was not checked',
);

/** GM/T 0010 (GB/T 35275) object identifiers, or those of PKCS#7 / RFC 5652. */
export const MessageFamily = oneOf(
  ['gm', 'pkcs7'],
  '消息格式族：gm 为 GB/T 35275（GM/T 0010），pkcs7 为 RFC 5652',
  'Family of the format: gm is GB/T 35275 (GM/T 0010), pkcs7 is RFC 5652',
);

/** Who judged. Stands on the outermost report only. */
export const CheckedBy = oneOf(
  ['service', 'agent'],
  '由谁评判：互认服务，或（服务不可达时）代理凭离线材料',
  'Who judged: the bridge service or, when it cannot be reached, the agent from offline evidence',
);

const Attempt = closed({ reason: Reason, subject: optional(VerdictSubject) }, [
  '一条未走通的路径',
  'One path that was tried and failed',
]);

const certificateFacts = {
  certificate: VerdictSubject,
  path: list(
    VerdictSubject,
    { max: 32 },
    '证书路径，终端实体在前、信任锚在后；未建成为空',
    'Certification path, end entity first, trust anchor last; empty when none was built',
  ),
  at: instant('按此时刻评判', 'The moment it was judged for'),
  profile: Profile,
  revocation: RevocationReport,
  attempts: list(
    Attempt,
    { max: 64 },
    '试过但未走通的路径，最能说明问题的在前',
    'Every way that was tried and failed, most telling first',
  ),
};

const nestedCertificateReport = verdictWith(
  certificateFacts,
  '签名者证书的结论',
  "Verdict on the signer's certificate",
);

export interface NestedCertificateReportSchema extends TUnsafe<Static<typeof nestedCertificateReport>> {}
/** A certificate's verdict inside another report. */
export const NestedCertificateReport: NestedCertificateReportSchema =
  Type.Unsafe<Static<typeof nestedCertificateReport>>(nestedCertificateReport);

const certificateReport = verdictWith(
  { ...certificateFacts, checkedBy: CheckedBy },
  '证书验证结论',
  'Verdict on a certificate',
);

export interface CertificateReportSchema extends TUnsafe<Static<typeof certificateReport>> {}
/** The verdict on one certificate. */
export const CertificateReport: CertificateReportSchema =
  Type.Unsafe<Static<typeof certificateReport>>(certificateReport);

/** A departure from the standard that was seen and that the table of declared deviations allows. */
const DeviationUse = closed(
  {
    symptom: text({ min: 3, max: 64, pattern: '^[a-z0-9-]+$' }, '偏差名', 'Name of the deviation'),
    authority: text(
      { min: 1, max: 128 },
      '为哪家机构登记；any 为所有机构',
      'The authority it is declared for; any for every one',
    ),
    until: text({ min: 10, max: 10, pattern: '^\\d{4}-\\d{2}-\\d{2}$' }, '登记有效至', 'Last day it is declared for'),
  },
  ['已登记的与标准的偏差', 'A declared departure from the standard'],
);
const DeviationUses = list(
  DeviationUse,
  { min: 1, max: 32 },
  '看到并已登记的偏差；没有则省略',
  'Departures from the standard that were seen and are declared; absent when there was none',
);

const timestampReport = verdictWith(
  {
    time: instant('时间戳时间', 'Time of the stamp'),
    accuracyMs: nullable(
      integer({ min: 0, max: 86_400_999 }, '毫秒', 'Milliseconds'),
      '精度（毫秒）；未声明为 null',
      'Accuracy in milliseconds; null when not stated',
    ),
    ordering: flag('该机构的时间戳是否可按时间排序', 'Whether stamps of this authority can be ordered by their time'),
    serialNumber: hex({ min: 1, max: 128 }, '序列号（十六进制）', 'Serial number (hexadecimal)'),
    policy: oid('策略 OID', 'Policy OID'),
    digestAlgorithm: AlgorithmName,
    authority: nullable(VerdictSubject, '时间戳机构；未找到为 null', 'The authority; null when not found'),
    certificate: nullable(
      NestedCertificateReport,
      '时间戳机构证书的结论；证书缺失或数学验证已失败时为 null',
      "Verdict on the authority's certificate; null where it is missing or the mathematics already failed",
    ),
    deviations: optional(DeviationUses),
  },
  '一个时间戳的结论',
  'Verdict on one time-stamp',
);

const signerFacts = {
  signer: text(
    { max: 1024, min: 0 },
    '签名者：主体，证书缺失时为颁发者和序列号',
    'The signer: its subject, or issuer and serial number where the certificate is missing',
  ),
  digestAlgorithm: AlgorithmName,
  signatureAlgorithm: AlgorithmName,
  signingTime: nullable(
    instant('时间', 'Time'),
    '签名者自称的签名时间（未经第三方证明）；没有为 null',
    'Signing time claimed by the signer, proven by nobody else; null when absent',
  ),
  certificate: nullable(
    NestedCertificateReport,
    '签名者证书的结论；证书缺失或数学验证已失败时为 null',
    "Verdict on the signer's certificate; null where it is missing or the mathematics already failed",
  ),
  deviations: optional(DeviationUses),
  timestamps: optional(
    list(
      timestampReport,
      { min: 1, max: 64 },
      '签名上各时间戳的结论；没有则省略',
      'One verdict for each time-stamp of the signature; absent when there is none',
    ),
  ),
  provenTime: optional(
    instant(
      '最早通过的时间戳所证明的时刻；证书按此时刻评判',
      'The moment proven by the earliest stamp that passed; the certificate was judged for it',
    ),
  ),
  broughtRevocation: optional(
    closed(
      {
        crls: integer({ min: 0, max: 512 }, 'CRL 份数', 'Revocation lists'),
        ocspResponses: integer({ min: 0, max: 512 }, 'OCSP 响应份数', 'OCSP responses'),
      },
      [
        '消息自带并一并用于评判的吊销依据；没有则省略',
        'Revocation evidence that the message brought and that was judged by as well; absent when there was none',
      ],
    ),
  ),
};

const countersignature = verdictWith(signerFacts, '一个副署的结论', 'Verdict on one countersignature');

const signerReport = verdictWith(
  {
    ...signerFacts,
    countersignatures: optional(
      list(
        countersignature,
        { min: 1, max: 16 },
        '各副署的结论，不影响签名者的结论；没有则省略',
        "One verdict for each countersignature, without effect on the signer's; absent when there is none",
      ),
    ),
  },
  '一个签名者的结论',
  'Verdict on one signer',
);

export interface SignerReportSchema extends TUnsafe<Static<typeof signerReport>> {}
/** The verdict on one signer of a message: the mathematics and attributes first, then the certificate. */
export const SignerReport: SignerReportSchema = Type.Unsafe<Static<typeof signerReport>>(signerReport);

const messageReport = verdictWith(
  {
    family: MessageFamily,
    contentType: oid('内容类型 OID', 'OID of the content type'),
    detached: flag('是否为分离式（消息中不含原文）', 'Whether it is detached (the content is not inside)'),
    signers: list(SignerReport, { max: 64 }, '各签名者的结论', 'One verdict per signer'),
    checkedBy: CheckedBy,
  },
  '签名消息的结论：全部签名者通过才算通过',
  'Verdict on a signed message: passed as a whole only when every signer passed',
);

export interface MessageReportSchema extends TUnsafe<Static<typeof messageReport>> {}
/** The verdict on a signed message: one per signer and one for the whole. */
export const MessageReport: MessageReportSchema = Type.Unsafe<Static<typeof messageReport>>(messageReport);

const signatureReport = verdictWith(
  {
    algorithm: AlgorithmName,
    certificate: nullable(
      NestedCertificateReport,
      '签名者证书的结论；按公钥验证时为 null',
      "Verdict on the signer's certificate; null when judged by a bare key",
    ),
    checkedBy: CheckedBy,
  },
  '签名的结论',
  'Verdict on a signature',
);

export interface SignatureReportSchema extends TUnsafe<Static<typeof signatureReport>> {}
/** The verdict on a raw signature (P1). */
export const SignatureReport: SignatureReportSchema = Type.Unsafe<Static<typeof signatureReport>>(signatureReport);
