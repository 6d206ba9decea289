import { defineCall } from '../define-call.ts';
import {
  AlgorithmName,
  DigestAlgorithm,
  SignatureAlgorithm,
  SignatureEncoding,
  Sm2UserId,
} from '../schemas/algorithms.ts';
import { CertificateDer, CertificateSummary, Chain } from '../schemas/certificate.ts';
import {
  exampleCertificate,
  exampleContent,
  exampleDigest,
  exampleMessage,
  exampleMessageReport,
  exampleSignature,
  exampleSignatureReport,
  exampleSubject,
  exampleSummary,
} from '../schemas/examples.ts';
import {
  about,
  bytes,
  closed,
  hex,
  instant,
  integer,
  limits,
  list,
  literal,
  nullable,
  oid,
  optional,
  text,
  union,
} from '../schemas/primitives.ts';
import { MessageFamily, MessageReport, Profile, RevocationMode, SignatureReport } from '../schemas/report.ts';

const family = 'sign-and-verify';

const SignedBy = union(
  [
    closed({
      kind: about(
        literal('certificate'),
        '按证书：签名与证书都评判',
        'By certificate: signature and certificate are judged',
      ),
      certificate: CertificateDer,
      intermediates: optional(Chain),
    }),
    closed({
      kind: about(
        literal('public-key'),
        '按公钥：只评判签名，公钥是否可信由调用方负责',
        'By a bare key: only the signature is judged; whether the key is to be trusted is for the caller',
      ),
      publicKey: bytes(
        { min: 32, max: 16_384 },
        '公钥（SubjectPublicKeyInfo，DER）',
        'Public key (SubjectPublicKeyInfo, DER)',
      ),
    }),
  ],
  '据称由谁签名',
  'Who is said to have signed',
);

const Attribute = closed(
  {
    oid: oid('属性 OID', 'Attribute OID'),
    name: nullable(
      text({ max: 64 }, '属性名', 'Name'),
      '属性名；未知为 null',
      'Name of the attribute; null when unknown',
    ),
    values: list(bytes({ min: 0, max: 262_144 }, '值（DER）', 'Value (DER)'), { max: 16 }, '各值', 'The values'),
  },
  ['一个属性', 'One attribute'],
);

export const verifyData = defineCall({
  number: 23,
  name: 'verifyData',
  family,
  titleZh: '验证数据签名',
  title: 'Verify a data signature',
  consent: 'none',
  since: '1.0',
  clauses: ['GB/T 32918.2-2016 §7', 'GB/T 43694-2024 SOF_VerifySignedData'],
  summaryZh: '验证裸签名（P1），给出结论。按证书验证时连同证书一起评判；按公钥验证时只评判签名本身。',
  summary:
    'Verdict on a raw signature (P1). By certificate, the certificate is judged with it; by a bare key, only the signature itself is.',
  params: closed({
    data: bytes({ min: 0, max: limits.content }, '被签字节', 'The bytes that were signed'),
    signature: bytes({ min: 1, max: limits.signature }, '签名', 'The signature'),
    signedBy: SignedBy,
    algorithm: optional(SignatureAlgorithm),
    encoding: optional(SignatureEncoding),
    sm2UserId: optional(Sm2UserId),
    at: optional(instant('按此时刻评判，默认现在', 'The moment to judge for, now by default')),
    profile: optional(Profile),
    revocation: optional(RevocationMode),
  }),
  result: SignatureReport,
  errors: [
    'ERR_X509_MALFORMED',
    'ERR_CRYPTO_KEY_INVALID',
    'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    'ERR_SERVICE_UNAVAILABLE',
  ],
  example: {
    params: {
      data: exampleContent,
      signature: exampleSignature,
      signedBy: { kind: 'certificate', certificate: exampleCertificate },
    },
    result: exampleSignatureReport,
  },
  invalidExamples: [
    {
      why: 'nobody is said to have signed',
      whyZh: '没有说明由谁签名',
      field: '/signedBy',
      params: { data: exampleContent, signature: exampleSignature },
    },
    {
      why: 'a kind that does not exist',
      whyZh: '没有这个种类',
      field: '/signedBy/kind',
      params: { data: exampleContent, signature: exampleSignature, signedBy: { kind: 'name', name: 'x' } },
    },
    {
      why: 'a bare key has no certificate',
      whyZh: '按公钥验证时缺少公钥',
      field: '/signedBy/publicKey',
      params: { data: exampleContent, signature: exampleSignature, signedBy: { kind: 'public-key' } },
    },
  ],
});

export const verifyMessage = defineCall({
  number: 26,
  name: 'verifyMessage',
  family,
  titleZh: '验证消息签名',
  title: 'Verify a signed message',
  consent: 'none',
  since: '1.0',
  clauses: ['GB/T 35275-2017 §8', 'RFC 5652 §5.4', 'GB/T 43694-2024 SOF_VerifySignedMessage'],
  summaryZh: '对每个签名者给出结论，并给出整体结论：全部通过才算通过。消息中自带的证书只作线索，从不作信任锚。',
  summary:
    'One verdict per signer and one for the whole, which passes only when every signer does. Certificates inside the message are hints, never trust anchors.',
  params: closed({
    message: bytes(
      { min: 16, max: limits.message },
      '签名消息（SignedData，DER）',
      'The signed message (SignedData, DER)',
    ),
    content: optional(
      bytes(
        { min: 0, max: limits.content },
        '原文；分离式签名必须给出',
        'The content; required for a detached signature',
      ),
    ),
    intermediates: optional(Chain),
    at: optional(instant('按此时刻评判，默认现在', 'The moment to judge for, now by default')),
    profile: optional(Profile),
    revocation: optional(RevocationMode),
  }),
  result: MessageReport,
  errors: ['ERR_CMS_MALFORMED', 'ERR_CMS_CONTENT_TYPE_UNSUPPORTED', 'ERR_DER_TRUNCATED', 'ERR_SERVICE_UNAVAILABLE'],
  example: { params: { message: exampleMessage, content: exampleContent }, result: exampleMessageReport },
  invalidExamples: [
    { why: 'the message is missing', whyZh: '缺少签名消息', field: '/message', params: { content: exampleContent } },
    {
      why: 'a wish is not a mode',
      whyZh: '没有这种检查方式',
      field: '/revocation',
      params: { message: exampleMessage, revocation: 'skip' },
    },
    {
      why: 'a page cannot name its own trust anchors',
      whyZh: '页面不能自带信任锚',
      field: '/trustAnchors',
      params: { message: exampleMessage, trustAnchors: [] },
    },
  ],
});

export const getMessageInfo = defineCall({
  number: 27,
  name: 'getMessageInfo',
  family,
  titleZh: '解析签名消息',
  title: 'Get information about a signed message',
  consent: 'none',
  since: '1.0',
  clauses: ['GB/T 35275-2017 §8', 'RFC 5652 §5', 'GB/T 43694-2024 SOF_GetInfoFromSignedMessage'],
  summaryZh: '取出原文、签名者、证书与属性，不作任何评判。要知道签名是否有效，请用 verifyMessage。',
  summary:
    'Content, signers, certificates and attributes, judging nothing. Whether the signature holds is for verifyMessage.',
  params: closed({
    message: bytes(
      { min: 16, max: limits.message },
      '签名消息（SignedData，DER）',
      'The signed message (SignedData, DER)',
    ),
  }),
  result: closed({
    family: MessageFamily,
    contentType: oid('内容类型 OID', 'OID of the content type'),
    content: nullable(
      bytes({ min: 0, max: limits.message }, '原文', 'Content'),
      '原文；分离式为 null',
      'The content; null when detached',
    ),
    digestAlgorithms: list(AlgorithmName, { max: 16 }, '摘要算法', 'Digest algorithms'),
    certificates: list(
      closed({ summary: CertificateSummary, certificate: CertificateDer }, [
        '所含的一个证书',
        'One certificate inside',
      ]),
      { max: 64 },
      '所含证书',
      'The certificates inside',
    ),
    signers: list(
      closed(
        {
          issuer: nullable(
            text({ max: 1024, min: 0 }, '颁发者', 'Issuer'),
            '签名者证书的颁发者；按密钥标识符指明时为 null',
            "Issuer of the signer's certificate; null when named by key identifier",
          ),
          serialNumber: nullable(
            hex({ min: 1, max: 128 }, '序列号', 'Serial number'),
            '签名者证书的序列号；按密钥标识符指明时为 null',
            "Serial number of the signer's certificate; null when named by key identifier",
          ),
          subjectKeyIdentifier: nullable(
            hex({ max: 512 }, '标识符', 'Identifier'),
            '主体密钥标识符；按颁发者和序列号指明时为 null',
            'Subject key identifier; null when named by issuer and serial number',
          ),
          digestAlgorithm: AlgorithmName,
          signatureAlgorithm: AlgorithmName,
          signature: bytes({ min: 0, max: limits.signature }, '签名值', 'Signature value'),
          signingTime: nullable(
            instant('时间', 'Time'),
            '自称的签名时间；没有为 null',
            'Claimed signing time; null when absent',
          ),
          signedAttributes: list(Attribute, { max: 64 }, '签名属性', 'Signed attributes'),
          unsignedAttributes: list(Attribute, { max: 64 }, '未签名属性', 'Unsigned attributes'),
        },
        ['一个签名者', 'One signer'],
      ),
      { max: 64 },
      '签名者',
      'The signers',
    ),
  }),
  errors: ['ERR_CMS_MALFORMED', 'ERR_CMS_CONTENT_TYPE_UNSUPPORTED', 'ERR_DER_TRUNCATED'],
  example: {
    params: { message: exampleMessage },
    result: {
      family: 'gm',
      contentType: '1.2.156.10197.6.1.4.2.1',
      content: null,
      digestAlgorithms: ['sm3'],
      certificates: [{ summary: exampleSummary, certificate: exampleCertificate }],
      signers: [
        {
          issuer: exampleSubject.issuer,
          serialNumber: exampleSubject.serialNumber,
          subjectKeyIdentifier: null,
          digestAlgorithm: 'sm3',
          signatureAlgorithm: 'SM2-SM3',
          signature: exampleSignature,
          signingTime: '2026-11-22T15:59:58Z',
          signedAttributes: [{ oid: '1.2.840.113549.1.9.3', name: 'contentType', values: ['BgoqgRzPVQYBBAIB'] }],
          unsignedAttributes: [],
        },
      ],
    },
  },
  invalidExamples: [
    { why: 'the message is missing', whyZh: '缺少签名消息', field: '/message', params: {} },
    {
      why: 'PEM is not base64 of DER',
      whyZh: 'PEM 不是 DER 的 base64',
      field: '/message',
      params: { message: '-----BEGIN PKCS7-----'.padEnd(64, '-') },
    },
    {
      why: 'there is no numbered item',
      whyZh: '没有按编号取的项',
      field: '/type',
      params: { message: exampleMessage, type: 1 },
    },
  ],
});

export const digestData = defineCall({
  number: 31,
  name: 'digestData',
  family,
  titleZh: '计算摘要',
  title: 'Digest data',
  consent: 'none',
  since: '1.0',
  clauses: ['GB/T 32905-2016', 'GB/T 32918.2-2016 §5.5', 'GM/T 0016-2023 SKF_DigestInit'],
  summaryZh: '计算 SM3 或 SHA-2 摘要。要求时把 SM2 的 ZA（由公钥和用户标识算出）置于数据之前，得到 SM2 签名用的 e。',
  summary:
    'SM3 or SHA-2. With `za`, ZA (from public key and user id) goes before the data, which gives the e that SM2 signs.',
  params: closed({
    data: bytes({ min: 0, max: limits.content }, '数据', 'Data'),
    algorithm: about(DigestAlgorithm, '摘要算法', 'Digest algorithm'),
    za: optional(
      closed(
        {
          certificate: CertificateDer,
          sm2UserId: optional(Sm2UserId),
        },
        [
          'SM2 预处理（仅 SM3）：签名者证书和用户标识',
          "SM2 preprocessing (SM3 only): the signer's certificate and user id",
        ],
      ),
    ),
  }),
  result: closed({
    digest: bytes({ min: 32, max: 64 }, '摘要', 'Digest'),
    algorithm: about(DigestAlgorithm, '摘要算法', 'Digest algorithm'),
    length: integer({ min: 32, max: 64 }, '摘要长度（字节）', 'Length of the digest in bytes'),
  }),
  errors: ['ERR_X509_MALFORMED', 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED', 'ERR_CRYPTO_KEY_INVALID'],
  example: {
    params: { data: exampleContent, algorithm: 'sm3' },
    result: { digest: exampleDigest, algorithm: 'sm3', length: 32 },
  },
  invalidExamples: [
    { why: 'the algorithm is missing', whyZh: '缺少算法', field: '/algorithm', params: { data: exampleContent } },
    {
      why: 'MD5 is not offered',
      whyZh: '不提供 MD5',
      field: '/algorithm',
      params: { data: exampleContent, algorithm: 'md5' },
    },
    {
      why: 'a user id alone makes no ZA',
      whyZh: '只有用户标识算不出 ZA',
      field: '/za/certificate',
      params: { data: exampleContent, algorithm: 'sm3', za: { sm2UserId: '1234567812345678' } },
    },
  ],
});
