import { defineCall } from '../define-call.ts';
import { SignatureAlgorithm, SignatureEncoding, Sm2UserId } from '../schemas/algorithms.ts';
import { CertificateDer } from '../schemas/certificate.ts';
import { Display, TimestampMode } from '../schemas/common.ts';
import { keyUseErrors } from '../schemas/errors-of-keys.ts';
import {
  exampleCertificate,
  exampleChallenge,
  exampleContent,
  exampleDigest,
  exampleKey,
  exampleMessage,
  exampleSignature,
} from '../schemas/examples.ts';
import { KeyHandle } from '../schemas/handles.ts';
import { LoginToken } from '../schemas/login-token.ts';
import { about, bytes, closed, instant, limits, nullable, oneOf, optional } from '../schemas/primitives.ts';
import { MessageFamily } from '../schemas/report.ts';
import { RequestTicket, ticketErrors } from '../schemas/ticket.ts';

const family = 'sign-and-verify';

export const authenticate = defineCall({
  number: 21,
  name: 'authenticate',
  family,
  titleZh: '身份认证',
  title: 'Authenticate',
  consent: 'pin',
  since: '1.0',
  clauses: ['GB/T 15843.3', 'field practice: Web eID authentication token'],
  summaryZh:
    '对“用途‖来源‖挑战”签名，得到登录令牌，交给服务器核验。来源由代理取自连接本身，页面无法指定；被签内容以域标签开头，其他任何签名接口都拒绝这样的内容，因此登录签名与业务签名不会互相冒充。',
  summary:
    'Signs purpose ‖ origin ‖ challenge and returns a login token for the server to check. The agent takes the origin from the connection, never from the page. What is signed begins with a domain tag that every other signing call refuses, so a login can never be used as a signature, nor a signature as a login.',
  params: closed({
    key: KeyHandle,
    challenge: bytes(
      { min: 32, max: 1024 },
      '服务器给出的一次性随机数，至少 32 字节',
      "The server's one-time random value, at least 32 bytes",
    ),
    display: optional(Display),
    ticket: optional(RequestTicket),
  }),
  result: LoginToken,
  errors: [...keyUseErrors, ...ticketErrors, 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED'],
  example: {
    params: { key: exampleKey, challenge: exampleChallenge },
    result: {
      version: 1,
      origin: 'https://bid.example.cn',
      challenge: exampleChallenge,
      certificate: exampleCertificate,
      algorithm: 'SM2-SM3',
      signature: exampleSignature,
    },
  },
  invalidExamples: [
    {
      why: 'a challenge of 16 bytes can be guessed too well',
      whyZh: '16 字节的挑战太短',
      field: '/challenge',
      params: { key: exampleKey, challenge: 'AAAAAAAAAAAAAAAAAAAAAA==' },
    },
    {
      why: 'a page does not say who it is',
      whyZh: '来源不由页面自报',
      field: '/origin',
      params: { key: exampleKey, challenge: exampleChallenge, origin: 'https://bank.example' },
    },
    {
      why: 'a PIN never comes from a page',
      whyZh: 'PIN 从不由页面传入',
      field: '/pin',
      params: { key: exampleKey, challenge: exampleChallenge, pin: '123456' },
    },
  ],
});

export const signData = defineCall({
  number: 22,
  name: 'signData',
  family,
  titleZh: '数据签名',
  title: 'Sign data',
  consent: 'pin',
  since: '1.0',
  clauses: ['GB/T 32918.2-2016 §6', 'GB/T 43694-2024 SOF_SignData'],
  summaryZh:
    '对字节做裸签名（P1）。文字请先按 UTF-8 编码。以登录域标签开头的内容（ERR_LOGIN_TOKEN_FORBIDDEN_INPUT）和签名消息的签名属性（ERR_CMS_ATTRIBUTES_FORBIDDEN_INPUT）一律拒绝。',
  summary:
    'Raw signature (P1) over bytes; encode text as UTF-8 first. Input that begins with the login domain tag (ERR_LOGIN_TOKEN_FORBIDDEN_INPUT) or is the signed attributes of a message (ERR_CMS_ATTRIBUTES_FORBIDDEN_INPUT) is refused.',
  params: closed({
    key: KeyHandle,
    data: bytes({ min: 1, max: limits.content }, '待签字节', 'Bytes to sign'),
    algorithm: optional(SignatureAlgorithm),
    encoding: optional(SignatureEncoding),
    sm2UserId: optional(Sm2UserId),
    display: optional(Display),
    ticket: optional(RequestTicket),
  }),
  result: closed({
    signature: bytes({ min: 8, max: limits.signature }, '签名', 'Signature'),
    algorithm: SignatureAlgorithm,
    certificate: CertificateDer,
  }),
  errors: [
    ...keyUseErrors,
    ...ticketErrors,
    'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
    'ERR_LOGIN_TOKEN_FORBIDDEN_INPUT',
    'ERR_CMS_ATTRIBUTES_FORBIDDEN_INPUT',
    'ERR_SIGNATURE_ALGORITHM_MISMATCH',
  ],
  example: {
    params: { key: exampleKey, data: exampleContent, display: { title: '投标文件签名' } },
    result: { signature: exampleSignature, algorithm: 'SM2-SM3', certificate: exampleCertificate },
  },
  invalidExamples: [
    {
      why: 'a PIN never comes from a page',
      whyZh: 'PIN 从不由页面传入',
      field: '/pin',
      params: { key: exampleKey, data: exampleContent, pin: '123456' },
    },
    { why: 'not base64', whyZh: '不是 base64', field: '/data', params: { key: exampleKey, data: '投标' } },
    {
      why: 'SHA-1 is not signed with',
      whyZh: '不用 SHA-1 签名',
      field: '/algorithm',
      params: { key: exampleKey, data: exampleContent, algorithm: 'RSA-SHA1' },
    },
  ],
});

export const signDigest = defineCall({
  number: 24,
  name: 'signDigest',
  family,
  titleZh: '摘要签名',
  title: 'Sign a digest',
  consent: 'pin',
  since: '1.0',
  clauses: ['GM/T 0016-2023 SKF_ECCSignData', 'field practice C25'],
  summaryZh:
    '直接对摘要签名。代理看不到原文，因此默认关闭，窗口以危险操作显示；未经运营方书面许可，从不与同一密钥的 authenticate 一起授予同一来源。',
  summary:
    "Signs a digest as it is. The agent cannot see what is signed: off by default, shown as dangerous, and never granted to an origin beside `authenticate` on the same key without the operator's written permission.",
  params: closed({
    key: KeyHandle,
    digest: bytes({ min: 32, max: 64 }, '摘要；SM2 为 e = SM3(ZA ‖ M)', 'The digest; for SM2 e = SM3(ZA ‖ M)'),
    algorithm: about(
      SignatureAlgorithm,
      '签名算法（决定摘要长度）',
      'Signature algorithm (which fixes the length of the digest)',
    ),
    encoding: optional(SignatureEncoding),
    display: Display,
    ticket: optional(RequestTicket),
  }),
  result: closed({
    signature: bytes({ min: 8, max: limits.signature }, '签名', 'Signature'),
    algorithm: SignatureAlgorithm,
    certificate: CertificateDer,
  }),
  errors: [...keyUseErrors, ...ticketErrors, 'ERR_TOKEN_ALGORITHM_UNSUPPORTED', 'ERR_SIGNATURE_ALGORITHM_MISMATCH'],
  example: {
    params: { key: exampleKey, digest: exampleDigest, algorithm: 'SM2-SM3', display: { title: '摘要签名' } },
    result: { signature: exampleSignature, algorithm: 'SM2-SM3', certificate: exampleCertificate },
  },
  invalidExamples: [
    {
      why: 'nothing is shown to the person',
      whyZh: '没有可向用户显示的说明',
      field: '/display',
      params: { key: exampleKey, digest: exampleDigest, algorithm: 'SM2-SM3' },
    },
    {
      why: 'a SHA-1 digest has 20 bytes',
      whyZh: '20 字节是 SHA-1 摘要',
      field: '/digest',
      params: {
        key: exampleKey,
        digest: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=',
        algorithm: 'RSA-SHA256',
        display: { title: 'x' },
      },
    },
    {
      why: 'the algorithm is missing',
      whyZh: '缺少算法',
      field: '/algorithm',
      params: { key: exampleKey, digest: exampleDigest, display: { title: 'x' } },
    },
  ],
});

export const signMessage = defineCall({
  number: 25,
  name: 'signMessage',
  family,
  titleZh: '消息签名',
  title: 'Sign a message',
  consent: 'pin',
  since: '1.0',
  clauses: ['GB/T 35275-2017 §8', 'RFC 5652 §5', 'GB/T 43694-2024 SOF_SignMessage'],
  summaryZh:
    '生成签名消息（CMS SignedData）：SM2 密钥用 GB/T 35275 格式，RSA 密钥用 PKCS#7 格式；可含原文或分离，可加盖时间戳。以登录域标签开头的内容一律拒绝。',
  summary:
    'Makes a signed message (CMS SignedData): GB/T 35275 for SM2 keys, PKCS#7 for RSA keys; attached or detached; with a time-stamp if asked. Content that begins with the login domain tag is refused.',
  params: closed({
    key: KeyHandle,
    content: bytes({ min: 1, max: limits.content }, '原文字节', 'The content'),
    form: optional(
      oneOf(
        ['attached', 'detached'],
        '是否含原文，默认 detached',
        'Whether the content goes inside, detached by default',
      ),
    ),
    family: optional(MessageFamily),
    algorithm: optional(SignatureAlgorithm),
    timestamp: optional(TimestampMode),
    chain: optional(
      oneOf(
        ['signer-only', 'if-known'],
        '附带哪些证书，默认 signer-only',
        'Which certificates go along, signer-only by default',
      ),
    ),
    display: optional(Display),
    ticket: optional(RequestTicket),
  }),
  result: closed({
    message: bytes(
      { min: 16, max: limits.message },
      '签名消息（SignedData，DER）',
      'The signed message (SignedData, DER)',
    ),
    algorithm: SignatureAlgorithm,
    certificate: CertificateDer,
    signingTime: nullable(
      instant('时间', 'Time'),
      '写入的签名时间（本机时钟）；未写入为 null',
      "Signing time written into it (this machine's clock); null when none",
    ),
    timestamp: oneOf(['none', 'added'], '是否已加盖时间戳', 'Whether a time-stamp was added'),
  }),
  errors: [
    ...keyUseErrors,
    ...ticketErrors,
    'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
    'ERR_LOGIN_TOKEN_FORBIDDEN_INPUT',
    'ERR_SIGNATURE_ALGORITHM_MISMATCH',
    'ERR_SERVICE_UNAVAILABLE',
  ],
  example: {
    params: {
      key: exampleKey,
      content: exampleContent,
      form: 'detached',
      display: { title: '投标文件签名', summary: '某某项目 第一标段' },
    },
    result: {
      message: exampleMessage,
      algorithm: 'SM2-SM3',
      certificate: exampleCertificate,
      signingTime: '2026-11-22T15:59:58Z',
      timestamp: 'none',
    },
  },
  invalidExamples: [
    { why: 'the key is missing', whyZh: '缺少密钥', field: '/key', params: { content: exampleContent } },
    {
      why: 'a title too long to be read',
      whyZh: '标题过长，无法阅读',
      field: '/display/title',
      params: { key: exampleKey, content: exampleContent, display: { title: '签'.repeat(121) } },
    },
    {
      why: 'detached is a word, not a flag',
      whyZh: '是否分离用词说明，不用真假值',
      field: '/form',
      params: { key: exampleKey, content: exampleContent, form: true },
    },
  ],
});
