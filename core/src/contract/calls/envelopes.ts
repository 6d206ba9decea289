import { defineCall } from '../define-call.ts';
import { AlgorithmName, CipherAlgorithm } from '../schemas/algorithms.ts';
import { CertificateDer } from '../schemas/certificate.ts';
import { Display, FileSource, FileTarget } from '../schemas/common.ts';
import { keyUseErrors } from '../schemas/errors-of-keys.ts';
import {
  exampleCertificate,
  exampleContent,
  exampleDigest,
  exampleFile,
  exampleKey,
  exampleMessage,
  exampleSubject,
} from '../schemas/examples.ts';
import { FileFacts, OperationId } from '../schemas/file-facts.ts';
import { KeyHandle } from '../schemas/handles.ts';
import { about, bytes, closed, limits, list, optional } from '../schemas/primitives.ts';
import { MessageFamily } from '../schemas/report.ts';
import { RequestTicket, ticketErrors } from '../schemas/ticket.ts';
import { VerdictSubject } from '../schemas/verdict.ts';

const family = 'encrypt-and-decrypt';

const exampleFacts = {
  name: '投标文件.bid',
  size: 104_857_600,
  digest: exampleDigest,
  digestAlgorithm: 'sm3',
  file: null,
} as const;

const Recipients = list(
  CertificateDer,
  { min: 1, max: 64 },
  '接收者的加密证书；任何一个对应的密钥都能打开',
  "The recipients' encryption certificates; the key of any one of them opens it",
);
const RecipientSubjects = list(VerdictSubject, { min: 1, max: 64 }, '接收者', 'The recipients');
/** More than new envelopes are made with: old ones are opened too. */
const OpenedCipher = about(
  AlgorithmName,
  '信封所用的内容加密算法，如 SM4-CBC、AES-128-CBC',
  'The content encryption of the envelope, e.g. SM4-CBC, AES-128-CBC',
);
const Envelope = bytes(
  { min: 16, max: limits.message },
  '数字信封（EnvelopedData，DER）',
  'The envelope (EnvelopedData, DER)',
);

export const encryptData = defineCall({
  number: 32,
  name: 'encryptData',
  family,
  titleZh: '数字信封加密',
  title: 'Encrypt data into an envelope',
  consent: 'none',
  since: '1.0',
  clauses: ['GB/T 35275-2017 §9', 'RFC 5652 §6', 'GB/T 43694-2024 SOF_EncryptData'],
  summaryZh: '以一个或多个加密证书生成数字信封。签名证书不能作接收者；开标前换发证书的，请把新旧证书都列为接收者。',
  summary:
    'EnvelopedData to one or many encryption certificates. A signing certificate is no recipient. When a certificate will be renewed before the opening, list the old one and the new one.',
  params: closed({
    data: bytes({ min: 1, max: limits.content }, '明文', 'The plain bytes'),
    recipients: Recipients,
    family: optional(MessageFamily),
    algorithm: optional(CipherAlgorithm),
  }),
  result: closed({ envelope: Envelope, algorithm: CipherAlgorithm, recipients: RecipientSubjects }),
  errors: ['ERR_X509_MALFORMED', 'ERR_PATH_KEY_USAGE', 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED'],
  example: {
    params: { data: exampleContent, recipients: [exampleCertificate] },
    result: { envelope: exampleMessage, algorithm: 'SM4-CBC', recipients: [exampleSubject] },
  },
  invalidExamples: [
    { why: 'to nobody', whyZh: '没有接收者', field: '/recipients', params: { data: exampleContent, recipients: [] } },
    {
      why: 'a name is not a certificate',
      whyZh: '名称不是证书',
      field: '/recipients/0',
      params: { data: exampleContent, recipients: ['示例建设有限公司'] },
    },
    {
      why: 'DES is not offered',
      whyZh: '不提供 DES',
      field: '/algorithm',
      params: { data: exampleContent, recipients: [exampleCertificate], algorithm: 'DES' },
    },
  ],
});

export const decryptData = defineCall({
  number: 33,
  name: 'decryptData',
  family,
  titleZh: '数字信封解密',
  title: 'Decrypt an envelope',
  consent: 'pin',
  since: '1.0',
  clauses: ['GB/T 35275-2017 §9', 'GB/T 43694-2024 SOF_DecryptData'],
  summaryZh: '用加密密钥打开数字信封。失败时说明是密钥不在接收者之列、PIN、驱动还是密文本身的问题，供认定责任。',
  summary:
    'Opens an envelope with the encryption key. A failure says whether the key is no recipient, or the PIN, the driver or the envelope itself is at fault, so that responsibility can be settled.',
  params: closed({ key: KeyHandle, envelope: Envelope, display: optional(Display), ticket: optional(RequestTicket) }),
  result: closed({
    data: bytes({ min: 0, max: limits.content }, '明文', 'The plain bytes'),
    algorithm: OpenedCipher,
  }),
  errors: [
    ...keyUseErrors,
    ...ticketErrors,
    'ERR_ENVELOPE_MALFORMED',
    'ERR_ENVELOPE_NOT_RECIPIENT',
    'ERR_ENVELOPE_CONTENT_INVALID',
  ],
  example: {
    params: { key: exampleKey, envelope: exampleMessage, display: { title: '开标解密' } },
    result: { data: exampleContent, algorithm: 'SM4-CBC' },
  },
  invalidExamples: [
    { why: 'the envelope is missing', whyZh: '缺少数字信封', field: '/envelope', params: { key: exampleKey } },
    {
      why: 'a PIN never comes from a page',
      whyZh: 'PIN 从不由页面传入',
      field: '/password',
      params: { key: exampleKey, envelope: exampleMessage, password: '123456' },
    },
    { why: 'the key is missing', whyZh: '缺少密钥', field: '/key', params: { envelope: exampleMessage } },
  ],
});

export const encryptFile = defineCall({
  number: 34,
  name: 'encryptFile',
  family,
  titleZh: '文件加密',
  title: 'Encrypt a file',
  consent: 'none',
  since: '1.0',
  clauses: ['GB/T 35275-2017 §9', 'GB/T 43694-2024 SOF_EncryptFile'],
  summaryZh: '边读边加密，多接收者，带完整性保护；大文件只占固定内存。',
  summary: 'Streamed, authenticated, many recipients; a large file in constant memory.',
  params: closed({
    file: FileSource,
    target: FileTarget,
    recipients: Recipients,
    algorithm: optional(CipherAlgorithm),
  }),
  result: closed({ file: FileFacts, algorithm: CipherAlgorithm, recipients: RecipientSubjects }),
  errors: [
    'ERR_X509_MALFORMED',
    'ERR_PATH_KEY_USAGE',
    'ERR_FILE_UNREADABLE',
    'ERR_FILE_CHANGED',
    'ERR_FILE_UNWRITABLE',
    'ERR_STREAM_BROKEN',
    'ERR_USER_CANCELLED',
  ],
  example: {
    params: {
      file: { kind: 'file', file: exampleFile },
      target: { kind: 'picker', suggestedName: '投标文件.bid' },
      recipients: [exampleCertificate],
    },
    result: { file: exampleFacts, algorithm: 'SM4-GCM', recipients: [exampleSubject] },
  },
  invalidExamples: [
    {
      why: 'nowhere to write',
      whyZh: '没有说明写到哪里',
      field: '/target',
      params: { file: { kind: 'file', file: exampleFile }, recipients: [exampleCertificate] },
    },
    {
      why: 'a page never names a path',
      whyZh: '页面从不给出路径',
      field: '/target/suggestedName',
      params: {
        file: { kind: 'file', file: exampleFile },
        target: { kind: 'picker', suggestedName: '/tmp/x' },
        recipients: [exampleCertificate],
      },
    },
    {
      why: 'to nobody',
      whyZh: '没有接收者',
      field: '/recipients',
      params: { file: { kind: 'file', file: exampleFile }, target: { kind: 'stream', stream: 's-02' }, recipients: [] },
    },
  ],
});

export const decryptFile = defineCall({
  number: 35,
  name: 'decryptFile',
  family,
  titleZh: '文件解密',
  title: 'Decrypt a file',
  consent: 'pin',
  since: '1.0',
  clauses: ['GB/T 35275-2017 §9', 'GB/T 43694-2024 SOF_DecryptFile'],
  summaryZh: '边读边解密；中断后凭操作编号续作，不必重新授权仍在有效期内的会话。完整性未通过时不交付任何明文。',
  summary:
    'Streamed and resumable by its operation id. When the content fails its integrity check nothing plain is handed over.',
  params: closed({
    key: KeyHandle,
    file: FileSource,
    target: FileTarget,
    resume: optional(OperationId),
    display: optional(Display),
    ticket: optional(RequestTicket),
  }),
  result: closed({ file: FileFacts, algorithm: OpenedCipher }),
  errors: [
    ...keyUseErrors,
    ...ticketErrors,
    'ERR_CALL_INTERRUPTED',
    'ERR_ENVELOPE_MALFORMED',
    'ERR_ENVELOPE_NOT_RECIPIENT',
    'ERR_ENVELOPE_CONTENT_INVALID',
    'ERR_FILE_UNREADABLE',
    'ERR_FILE_UNWRITABLE',
    'ERR_STREAM_BROKEN',
  ],
  example: {
    params: {
      key: exampleKey,
      file: { kind: 'file', file: exampleFile },
      target: { kind: 'stream', stream: 's-03' },
      display: { title: '开标解密' },
    },
    result: { file: exampleFacts, algorithm: 'SM4-GCM' },
  },
  invalidExamples: [
    {
      why: 'a number is not an operation id',
      whyZh: '数字不是操作编号',
      field: '/resume',
      params: { key: exampleKey, file: { kind: 'picker' }, target: { kind: 'picker' }, resume: '12345678' },
    },
    {
      why: 'the key is missing',
      whyZh: '缺少密钥',
      field: '/key',
      params: { file: { kind: 'picker' }, target: { kind: 'picker' } },
    },
    {
      why: 'a target of no kind',
      whyZh: '去处没有说明种类',
      field: '/target/kind',
      params: { key: exampleKey, file: { kind: 'picker' }, target: {} },
    },
  ],
});
