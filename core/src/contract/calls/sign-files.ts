import { defineCall } from '../define-call.ts';
import { SignatureAlgorithm } from '../schemas/algorithms.ts';
import { CertificateDer, Chain } from '../schemas/certificate.ts';
import { Display, FileSource, TimestampMode } from '../schemas/common.ts';
import { keyUseErrors } from '../schemas/errors-of-keys.ts';
import {
  exampleCertificate,
  exampleContent,
  exampleDigest,
  exampleFile,
  exampleKey,
  exampleMessage,
  exampleMessageReport,
} from '../schemas/examples.ts';
import { FileFacts, OperationId } from '../schemas/file-facts.ts';
import { KeyHandle } from '../schemas/handles.ts';
import {
  about,
  bytes,
  closed,
  instant,
  limits,
  list,
  literal,
  nullable,
  oneOf,
  optional,
  text,
  union,
} from '../schemas/primitives.ts';
import { MessageFamily, MessageReport, Profile, RevocationMode } from '../schemas/report.ts';
import { RequestTicket, ticketErrors } from '../schemas/ticket.ts';
import { Reason } from '../schemas/verdict.ts';

const family = 'sign-and-verify';

const exampleFacts = {
  name: '投标文件.pdf',
  size: 2_147_483_648,
  digest: exampleDigest,
  digestAlgorithm: 'sm3',
  file: exampleFile,
} as const;

const signedMessage = {
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
};

export const signFile = defineCall({
  number: 28,
  name: 'signFile',
  family,
  titleZh: '文件签名',
  title: 'Sign a file',
  consent: 'pin',
  since: '1.0',
  clauses: ['GB/T 35275-2017 §8', 'GB/T 43694-2024 SOF_SignFile'],
  summaryZh:
    '边读边算，生成分离式签名消息；2 GB 的文件也只占固定内存。文件由网页按块传送，或由用户在代理窗口中选定；页面从不给出路径。签名前再核对一次，中途改动即拒绝。',
  summary:
    "Streams the file into a detached SignedData; 2 GB in constant memory. The page streams it in chunks, or the person picks it in the agent's window; a page never names a path. A file that changes on the way is refused.",
  params: closed({
    key: KeyHandle,
    file: FileSource,
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
  result: closed({ ...signedMessage, file: FileFacts }),
  errors: [
    ...keyUseErrors,
    ...ticketErrors,
    'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
    'ERR_LOGIN_TOKEN_FORBIDDEN_INPUT',
    'ERR_FILE_UNREADABLE',
    'ERR_FILE_CHANGED',
    'ERR_STREAM_BROKEN',
    'ERR_SERVICE_UNAVAILABLE',
  ],
  example: {
    params: { key: exampleKey, file: { kind: 'picker', prompt: '请选择投标文件' }, display: { title: '投标文件签名' } },
    result: {
      message: exampleMessage,
      algorithm: 'SM2-SM3',
      certificate: exampleCertificate,
      signingTime: '2026-11-22T15:59:58Z',
      timestamp: 'none',
      file: exampleFacts,
    },
  },
  invalidExamples: [
    {
      why: 'a page never names a path',
      whyZh: '页面从不给出路径',
      field: '/file/kind',
      params: { key: exampleKey, file: { kind: 'path', path: 'C:\\bid.pdf' } },
    },
    {
      why: 'a path is not a file name',
      whyZh: '路径不是文件名',
      field: '/file/name',
      params: { key: exampleKey, file: { kind: 'stream', stream: 's-01', size: 10, name: '../../etc/passwd' } },
    },
    { why: 'the file is missing', whyZh: '缺少文件', field: '/file', params: { key: exampleKey } },
  ],
});

export const verifyFile = defineCall({
  number: 29,
  name: 'verifyFile',
  family,
  titleZh: '验证文件签名',
  title: 'Verify a file signature',
  consent: 'none',
  since: '1.0',
  clauses: ['GB/T 35275-2017 §8', 'GB/T 43694-2024 SOF_VerifySignedFile'],
  summaryZh: '边读边验分离式文件签名，给出结论和所读文件的摘要。',
  summary: 'Streams the file against its detached signature: the verdict, and the digest of the file that was read.',
  params: closed({
    file: FileSource,
    message: bytes(
      { min: 16, max: limits.message },
      '签名消息（SignedData，DER）',
      'The signed message (SignedData, DER)',
    ),
    intermediates: optional(Chain),
    at: optional(instant('按此时刻评判，默认现在', 'The moment to judge for, now by default')),
    profile: optional(Profile),
    revocation: optional(RevocationMode),
  }),
  result: closed({ report: MessageReport, file: FileFacts }),
  errors: [
    'ERR_CMS_MALFORMED',
    'ERR_FILE_UNREADABLE',
    'ERR_FILE_CHANGED',
    'ERR_STREAM_BROKEN',
    'ERR_SERVICE_UNAVAILABLE',
  ],
  example: {
    params: { file: { kind: 'file', file: exampleFile }, message: exampleMessage },
    result: { report: exampleMessageReport, file: exampleFacts },
  },
  invalidExamples: [
    {
      why: 'the signature is missing',
      whyZh: '缺少签名',
      field: '/message',
      params: { file: { kind: 'file', file: exampleFile } },
    },
    {
      why: 'a stream states its size',
      whyZh: '数据流须声明大小',
      field: '/file/size',
      params: { file: { kind: 'stream', stream: 's-01' }, message: exampleMessage },
    },
    {
      why: 'a handle is not a path',
      whyZh: '句柄不是路径',
      field: '/file/file',
      params: { file: { kind: 'file', file: '/home/me/bid.pdf' }, message: exampleMessage },
    },
  ],
});

const itemId = text(
  { max: 64, pattern: '^[A-Za-z0-9._-]+$' },
  '项编号，由网页给出，本批内唯一',
  'Id of the item, made by the page, unique in the batch',
);

export const signBatch = defineCall({
  number: 30,
  name: 'signBatch',
  family,
  titleZh: '批量签名',
  title: 'Sign a batch',
  consent: 'pin',
  since: '1.0',
  clauses: ['GB/T 35275-2017 §8', 'field practice C26'],
  summaryZh:
    '一次授权签多项：窗口列出每一项的标题与总数。中途拔出后，插回同一密钥、带上操作编号再次调用即可续作，已签的不会再签。逐项给出结果，某项失败不影响其他项。',
  summary:
    'One consent that lists every item. After an unplug the same call with the operation id goes on once the same key is back; what is signed is not signed again. Each item has its own outcome.',
  params: closed({
    key: KeyHandle,
    items: list(
      closed(
        {
          id: itemId,
          title: text({ max: 120 }, '标题，逐项显示在窗口中', 'Title; every one is shown in the window'),
          source: union(
            [
              closed({
                kind: about(literal('content'), '随调用携带', 'Carried by the call'),
                content: bytes({ min: 1, max: limits.content }, '原文', 'The content'),
              }),
              closed({ kind: about(literal('file'), '文件', 'A file'), file: FileSource }),
            ],
            '内容',
            'What is signed',
          ),
        },
        ['一项', 'One item'],
      ),
      { min: 1, max: 500 },
      '各项，合计不超过一帧的上限',
      'The items; together they must fit one frame',
    ),
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
    resume: optional(OperationId),
    display: Display,
    ticket: optional(RequestTicket),
  }),
  result: closed({
    algorithm: SignatureAlgorithm,
    certificate: CertificateDer,
    items: list(
      union(
        [
          closed({
            outcome: about(literal('signed'), '已签', 'Signed'),
            id: itemId,
            message: bytes({ min: 16, max: limits.message }, '签名消息', 'The signed message'),
          }),
          closed({ outcome: about(literal('failed'), '未签', 'Not signed'), id: itemId, reason: Reason }),
        ],
        '一项的结果',
        'Outcome of one item',
      ),
      { min: 1, max: 500 },
      '各项的结果，次序同请求',
      'Outcome of each item, in the order asked',
    ),
  }),
  errors: [
    ...keyUseErrors,
    ...ticketErrors,
    'ERR_CALL_INTERRUPTED',
    'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
    'ERR_LOGIN_TOKEN_FORBIDDEN_INPUT',
    'ERR_FILE_UNREADABLE',
    'ERR_STREAM_BROKEN',
  ],
  example: {
    params: {
      key: exampleKey,
      items: [
        { id: 'a', title: '技术标', source: { kind: 'content', content: exampleContent } },
        { id: 'b', title: '商务标', source: { kind: 'file', file: { kind: 'file', file: exampleFile } } },
      ],
      display: { title: '投标文件批量签名' },
    },
    result: {
      algorithm: 'SM2-SM3',
      certificate: exampleCertificate,
      items: [
        { outcome: 'signed', id: 'a', message: exampleMessage },
        { outcome: 'failed', id: 'b', reason: { code: 'ERR_FILE_CHANGED', params: { name: '商务标.pdf' } } },
      ],
    },
  },
  invalidExamples: [
    {
      why: 'an empty batch',
      whyZh: '空的批次',
      field: '/items',
      params: { key: exampleKey, items: [], display: { title: 'x' } },
    },
    {
      why: 'an item that nobody could recognise',
      whyZh: '该项没有标题，无从辨认',
      field: '/items/0/title',
      params: {
        key: exampleKey,
        items: [{ id: 'a', source: { kind: 'content', content: exampleContent } }],
        display: { title: 'x' },
      },
    },
    {
      why: 'a path is not an id',
      whyZh: '路径不能作编号',
      field: '/items/0/id',
      params: {
        key: exampleKey,
        items: [{ id: 'C:\\a', title: 'x', source: { kind: 'content', content: exampleContent } }],
        display: { title: 'x' },
      },
    },
  ],
});
