import { defineCall } from '../define-call.ts';
import { CertificateDer } from '../schemas/certificate.ts';
import { Display, FileSource } from '../schemas/common.ts';
import { keyUseErrors } from '../schemas/errors-of-keys.ts';
import {
  exampleCertificate,
  exampleChallenge,
  exampleKey,
  exampleMessage,
  exampleSubject,
} from '../schemas/examples.ts';
import { KeyHandle } from '../schemas/handles.ts';
import {
  about,
  bytes,
  closed,
  flag,
  instant,
  limits,
  literal,
  nullable,
  oneOf,
  optional,
  union,
} from '../schemas/primitives.ts';
import { RequestTicket, ticketErrors } from '../schemas/ticket.ts';
import { VerdictSubject, verdictWith } from '../schemas/verdict.ts';

const family = 'encrypt-and-decrypt';

const Envelope = bytes(
  { min: 16, max: limits.message },
  '数字信封（EnvelopedData，DER）',
  'The envelope (EnvelopedData, DER)',
);

const Scheme = oneOf(
  ['SM2', 'RSA-OAEP-SHA256', 'RSA-PKCS1V15'],
  '加密方案；省略时按密钥选定（SM2，或 RSA-OAEP-SHA256）',
  'Scheme; chosen from the key when absent (SM2, or RSA-OAEP-SHA256)',
);
const Sm2Form = oneOf(
  ['asn1', 'c1c3c2', 'c1c2c3'],
  'SM2 密文形式：asn1（默认，GB/T 35276 §7.2）、c1c3c2（GB/T 32918.4）、c1c2c3（旧稿）',
  'Form of SM2 ciphertext: asn1 (default, GB/T 35276 §7.2), c1c3c2 (GB/T 32918.4), c1c2c3 (old draft)',
);

export const encryptKey = defineCall({
  number: 36,
  name: 'encryptKey',
  family,
  titleZh: '公钥加密',
  title: 'Encrypt a key',
  consent: 'none',
  since: '1.0',
  clauses: ['GB/T 32918.4-2016 §6', 'RFC 8017 §7', 'GB/T 43694-2024 SOF_PubKeyEncrypt'],
  summaryZh: '以公钥直接加密短数据或会话密钥。较长的内容请用 encryptData。',
  summary: 'Encrypts short data or a session key to a public key directly. Longer content is for encryptData.',
  params: closed({
    recipient: CertificateDer,
    data: bytes({ min: 1, max: 1024 }, '短数据或会话密钥', 'Short data or a session key'),
    scheme: optional(Scheme),
    sm2Form: optional(Sm2Form),
  }),
  result: closed({ ciphertext: bytes({ min: 16, max: 8192 }, '密文', 'The ciphertext'), scheme: Scheme }),
  errors: ['ERR_X509_MALFORMED', 'ERR_PATH_KEY_USAGE', 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED'],
  example: {
    params: { recipient: exampleCertificate, data: exampleChallenge },
    result: { ciphertext: exampleMessage, scheme: 'SM2' },
  },
  invalidExamples: [
    {
      why: 'nothing to encrypt',
      whyZh: '没有要加密的内容',
      field: '/data',
      params: { recipient: exampleCertificate, data: '' },
    },
    {
      why: 'too long for a public key',
      whyZh: '超出公钥加密的长度',
      field: '/data',
      params: { recipient: exampleCertificate, data: 'AAAA'.repeat(400) },
    },
    {
      why: 'a scheme that does not exist',
      whyZh: '没有这个方案',
      field: '/scheme',
      params: { recipient: exampleCertificate, data: exampleChallenge, scheme: 'RSA' },
    },
  ],
});

export const decryptKey = defineCall({
  number: 37,
  name: 'decryptKey',
  family,
  titleZh: '私钥解密',
  title: 'Decrypt a key',
  consent: 'pin',
  since: '1.0',
  clauses: ['GB/T 32918.4-2016 §7', 'RFC 8017 §7', 'GB/T 43694-2024 SOF_PriKeyDecrypt'],
  summaryZh: '用私钥解开短数据或会话密钥。任何解密失败都以同一个错误返回，不透露填充细节。',
  summary:
    'Decrypts short data or a session key. Every failure to decrypt is the same error and says nothing about padding.',
  params: closed({
    key: KeyHandle,
    ciphertext: bytes({ min: 16, max: 8192 }, '密文', 'The ciphertext'),
    scheme: optional(Scheme),
    sm2Form: optional(Sm2Form),
    display: optional(Display),
    ticket: optional(RequestTicket),
  }),
  result: closed({ data: bytes({ min: 1, max: 1024 }, '明文', 'The plain bytes'), scheme: Scheme }),
  errors: [...keyUseErrors, ...ticketErrors, 'ERR_ENVELOPE_CONTENT_INVALID', 'ERR_TOKEN_ALGORITHM_UNSUPPORTED'],
  example: {
    params: { key: exampleKey, ciphertext: exampleMessage },
    result: { data: exampleChallenge, scheme: 'SM2' },
  },
  invalidExamples: [
    { why: 'the ciphertext is missing', whyZh: '缺少密文', field: '/ciphertext', params: { key: exampleKey } },
    {
      why: 'a form that does not exist',
      whyZh: '没有这种密文形式',
      field: '/sm2Form',
      params: { key: exampleKey, ciphertext: exampleMessage, sm2Form: 'c3c2c1' },
    },
    {
      why: 'a PIN never comes from a page',
      whyZh: 'PIN 从不由页面传入',
      field: '/pin',
      params: { key: exampleKey, ciphertext: exampleMessage, pin: '123456' },
    },
  ],
});

export const rehearseDecryption = defineCall({
  number: 38,
  name: 'rehearseDecryption',
  family,
  titleZh: '解密预演',
  title: 'Rehearse a decryption',
  consent: 'pin',
  since: '1.0',
  clauses: ['电子招标投标办法 §30–31'],
  summaryZh:
    '开标前证明这把密钥到时能打开这个信封，而不透露内容：只解出内容密钥并核对，不解内容。结论连同证书何时到期一并给出。',
  summary:
    'Proves before the bid opening that this key will open that envelope, without revealing its content: only the content key is opened and checked. The verdict says when the certificate ends.',
  params: closed({
    key: KeyHandle,
    envelope: union(
      [
        closed({
          kind: about(literal('data'), '随调用携带的信封', 'An envelope carried by the call'),
          envelope: Envelope,
        }),
        closed({ kind: about(literal('file'), '文件中的信封', 'An envelope in a file'), file: FileSource }),
      ],
      '要预演的信封',
      'The envelope to rehearse on',
    ),
    openingAt: optional(instant('预计开标时间', 'When it will be opened')),
    display: optional(Display),
  }),
  result: verdictWith(
    {
      recipient: nullable(
        VerdictSubject,
        '本密钥对应的接收者；不在其列为 null',
        'The recipient that this key is; null when it is none',
      ),
      certificateNotAfter: nullable(
        instant('时间', 'Time'),
        '证书有效期止；未知为 null',
        'When the certificate ends; null when unknown',
      ),
      expiresBeforeOpening: flag('证书是否先于开标到期', 'Whether the certificate ends before the opening'),
      rehearsedAt: instant('预演时间', 'When it was rehearsed'),
    },
    '预演结论',
    'Verdict of the rehearsal',
  ),
  errors: [...keyUseErrors, 'ERR_ENVELOPE_MALFORMED', 'ERR_FILE_UNREADABLE', 'ERR_STREAM_BROKEN'],
  example: {
    params: {
      key: exampleKey,
      envelope: { kind: 'data', envelope: exampleMessage },
      openingAt: '2026-12-01T01:30:00Z',
    },
    result: {
      indication: 'passed',
      recipient: exampleSubject,
      certificateNotAfter: '2036-11-19T15:13:07Z',
      expiresBeforeOpening: false,
      rehearsedAt: '2026-11-22T16:00:00Z',
    },
  },
  invalidExamples: [
    { why: 'no envelope', whyZh: '没有信封', field: '/envelope', params: { key: exampleKey } },
    {
      why: 'a local time says nothing',
      whyZh: '没有时区的时间无法判断',
      field: '/openingAt',
      params: { key: exampleKey, envelope: { kind: 'data', envelope: exampleMessage }, openingAt: '2026-12-01T09:30' },
    },
    {
      why: 'the content is not revealed',
      whyZh: '预演不透露内容',
      field: '/reveal',
      params: { key: exampleKey, envelope: { kind: 'data', envelope: exampleMessage }, reveal: true },
    },
  ],
});
