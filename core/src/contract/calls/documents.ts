import { defineCall } from '../define-call.ts';
import { Display, TimestampMode } from '../schemas/common.ts';
import {
  DocumentFormat,
  DocumentReport,
  DocumentResult,
  DocumentSeal,
  DocumentSource,
  DocumentTarget,
  exampleDocumentSeal,
  Placement,
} from '../schemas/document.ts';
import { keyUseErrors } from '../schemas/errors-of-keys.ts';
import {
  exampleContent,
  exampleDigest,
  exampleFile,
  exampleKey,
  exampleMessage,
  exampleSeal,
} from '../schemas/examples.ts';
import { KeyHandle, SealHandle } from '../schemas/handles.ts';
import { about, closed, instant, integer, list, literal, optional, text, union } from '../schemas/primitives.ts';
import { Profile, RevocationMode } from '../schemas/report.ts';
import { Reason } from '../schemas/verdict.ts';

const family = 'seals-and-documents';

const documentId = text(
  { max: 64, pattern: '^[A-Za-z0-9._-]+$' },
  '文档编号，由网页给出，本次内唯一',
  'Id of the document, made by the page, unique in the call',
);

const exampleDocument = {
  format: 'pdf',
  file: { name: '投标文件.pdf', size: 1_048_576, digest: exampleDigest, digestAlgorithm: 'sm3', file: exampleFile },
  content: null,
} as const;

export const sealDocument = defineCall({
  number: 41,
  name: 'sealDocument',
  family,
  titleZh: '文档盖章',
  title: 'Seal a document',
  consent: 'pin',
  since: '1.0',
  clauses: ['GB/T 38540-2020 §6', 'GB/T 33190 §18', 'GM/T 0031-2025'],
  summaryZh:
    '在 PDF 或 OFD 上盖章：指定位置、关键字、骑缝、每页或不可见，可一次多份。只追加、从不改写已签的内容；窗口显示文档和每处印章。以登录域标签开头的内容一律拒绝。',
  summary:
    'Seals PDF or OFD: at a place, at a keyword, straddling the pages (骑缝), on every page or invisibly; many documents at once. It only appends and never rewrites what is signed; the window shows the document and every seal. Content that begins with the login domain tag is refused.',
  params: closed({
    key: KeyHandle,
    seal: SealHandle,
    documents: list(
      closed(
        {
          id: documentId,
          title: text({ max: 120 }, '标题，显示在窗口中', 'Title, shown in the window'),
          document: DocumentSource,
          placements: list(Placement, { min: 1, max: 64 }, '盖章位置', 'Where the seal goes'),
          target: DocumentTarget,
        },
        ['一份文档', 'One document'],
      ),
      { min: 1, max: 100 },
      '各文档',
      'The documents',
    ),
    timestamp: optional(TimestampMode),
    display: optional(Display),
  }),
  result: closed({
    documents: list(
      union(
        [
          closed({ outcome: about(literal('sealed'), '已盖章', 'Sealed'), id: documentId, document: DocumentResult }),
          closed({ outcome: about(literal('failed'), '未盖章', 'Not sealed'), id: documentId, reason: Reason }),
        ],
        '一份文档的结果',
        'Outcome of one document',
      ),
      { min: 1, max: 100 },
      '各文档的结果，次序同请求',
      'Outcome of each document, in the order asked',
    ),
  }),
  errors: [
    ...keyUseErrors,
    'ERR_SEAL_NOT_FOUND',
    'ERR_SEAL_EXPIRED',
    'ERR_SEAL_CERTIFICATE_NOT_PERMITTED',
    'ERR_DOCUMENT_MALFORMED',
    'ERR_DOCUMENT_UNSUPPORTED',
    'ERR_DOCUMENT_PLACE_NOT_FOUND',
    'ERR_LOGIN_TOKEN_FORBIDDEN_INPUT',
    'ERR_FILE_UNREADABLE',
    'ERR_FILE_UNWRITABLE',
    'ERR_STREAM_BROKEN',
    'ERR_SERVICE_UNAVAILABLE',
  ],
  example: {
    params: {
      key: exampleKey,
      seal: exampleSeal,
      documents: [
        {
          id: 'bid',
          title: '投标文件',
          document: { kind: 'file', file: { kind: 'file', file: exampleFile } },
          placements: [
            { kind: 'keyword', keyword: '投标人（盖章）', occurrence: 'last' },
            { kind: 'straddle', edge: 'right', pages: { kind: 'all' } },
          ],
          target: { kind: 'file', target: { kind: 'picker', suggestedName: '投标文件-已盖章.pdf' } },
        },
      ],
    },
    result: { documents: [{ outcome: 'sealed', id: 'bid', document: exampleDocument }] },
  },
  invalidExamples: [
    {
      why: 'nothing to seal',
      whyZh: '没有要盖章的文档',
      field: '/documents',
      params: { key: exampleKey, seal: exampleSeal, documents: [] },
    },
    {
      why: 'pages are counted from 1',
      whyZh: '页码从 1 起',
      field: '/documents/0/placements/0/page',
      params: {
        key: exampleKey,
        seal: exampleSeal,
        documents: [
          {
            id: 'a',
            title: 'x',
            document: { kind: 'content', content: exampleMessage },
            placements: [{ kind: 'position', page: 0, x: 10, y: 10 }],
            target: { kind: 'content' },
          },
        ],
      },
    },
    { why: 'the seal is missing', whyZh: '缺少印章', field: '/seal', params: { key: exampleKey, documents: [] } },
  ],
});

export const removeSeal = defineCall({
  number: 42,
  name: 'removeSeal',
  family,
  titleZh: '撤销盖章',
  title: 'Remove a seal',
  consent: 'pin',
  since: '1.0',
  clauses: ['GB/T 38540-2020'],
  summaryZh: '撤销文档上最后一个签章，且只能撤销自己盖的。原文件不动，另存为新文档。',
  summary: "Removes the last seal of a document, and only one's own. The original stays; the result is a new document.",
  params: closed({ key: KeyHandle, document: DocumentSource, target: DocumentTarget, display: optional(Display) }),
  result: closed({ document: DocumentResult, removed: DocumentSeal }),
  errors: [
    ...keyUseErrors,
    'ERR_SEAL_NOT_FOUND',
    'ERR_SEAL_NOT_LAST',
    'ERR_SEAL_NOT_OWN',
    'ERR_DOCUMENT_MALFORMED',
    'ERR_DOCUMENT_UNSUPPORTED',
    'ERR_FILE_UNREADABLE',
    'ERR_FILE_UNWRITABLE',
    'ERR_STREAM_BROKEN',
  ],
  example: {
    params: { key: exampleKey, document: { kind: 'content', content: exampleMessage }, target: { kind: 'content' } },
    result: { document: exampleDocument, removed: { ...exampleDocumentSeal, coverage: 'whole-document' } },
  },
  invalidExamples: [
    {
      why: 'which seal is not a choice: only the last',
      whyZh: '不能选撤销哪一个，只能是最后一个',
      field: '/index',
      params: {
        key: exampleKey,
        document: { kind: 'content', content: exampleMessage },
        target: { kind: 'content' },
        index: 0,
      },
    },
    {
      why: 'the document is missing',
      whyZh: '缺少文档',
      field: '/document',
      params: { key: exampleKey, target: { kind: 'content' } },
    },
    {
      why: 'a document of six bytes',
      whyZh: '六字节不可能是文档',
      field: '/document/content',
      params: { key: exampleKey, document: { kind: 'content', content: 'AAAAAAAA' }, target: { kind: 'content' } },
    },
  ],
});

export const listDocumentSeals = defineCall({
  number: 43,
  name: 'listDocumentSeals',
  family,
  titleZh: '列出文档签章',
  title: 'List the seals of a document',
  consent: 'none',
  since: '1.0',
  clauses: ['GB/T 33190 §18', 'ISO 32000-1 §12.8'],
  summaryZh: '列出文档上的每个印章与签名及其页码和区域，不作评判。',
  summary: 'Every seal and signature with page and rectangle, judging nothing.',
  params: closed({ document: DocumentSource }),
  result: closed({
    format: DocumentFormat,
    pages: integer({ min: 0, max: 100_000 }, '页数', 'Number of pages'),
    seals: list(DocumentSeal, { max: 256 }, '签章', 'Seals and signatures'),
  }),
  errors: ['ERR_DOCUMENT_MALFORMED', 'ERR_DOCUMENT_UNSUPPORTED', 'ERR_FILE_UNREADABLE', 'ERR_STREAM_BROKEN'],
  example: {
    params: { document: { kind: 'content', content: exampleMessage } },
    result: { format: 'pdf', pages: 12, seals: [{ ...exampleDocumentSeal, coverage: 'whole-document' }] },
  },
  invalidExamples: [
    { why: 'the document is missing', whyZh: '缺少文档', field: '/document', params: {} },
    {
      why: 'a page never names an address',
      whyZh: '页面不得指定网络地址',
      field: '/document/kind',
      params: { document: { kind: 'url', url: 'http://10.0.0.1/x.pdf' } },
    },
    {
      why: 'too short for a document',
      whyZh: '太短，不可能是文档',
      field: '/document/content',
      params: { document: { kind: 'content', content: exampleContent } },
    },
  ],
});

export const verifyDocument = defineCall({
  number: 44,
  name: 'verifyDocument',
  family,
  titleZh: '验证文档',
  title: 'Verify a document',
  consent: 'none',
  since: '1.0',
  clauses: ['GB/T 38540-2020 §7', 'GB/T 33190 §18', 'ETSI EN 319 102-1 §5'],
  summaryZh:
    '对每个签章和整个文档给出结论；签章之后的改动逐一列出。依次评判：结构、签名、印章、签章者是否在印章的证书列表中、证书、摘要、时间戳。',
  summary:
    "One verdict per signature and one for the whole; later changes are named. Judged in order: structure, signature, seal, whether the signer is on the seal's list, certificate, digest, time-stamp.",
  params: closed({
    document: DocumentSource,
    at: optional(instant('按此时刻评判，默认现在', 'The moment to judge for, now by default')),
    profile: optional(Profile),
    revocation: optional(RevocationMode),
  }),
  result: DocumentReport,
  errors: [
    'ERR_DOCUMENT_MALFORMED',
    'ERR_DOCUMENT_UNSUPPORTED',
    'ERR_FILE_UNREADABLE',
    'ERR_STREAM_BROKEN',
    'ERR_SERVICE_UNAVAILABLE',
  ],
  example: {
    params: { document: { kind: 'content', content: exampleMessage } },
    result: {
      indication: 'passed',
      format: 'pdf',
      signatures: [
        {
          indication: 'passed',
          ...exampleDocumentSeal,
          seal: { indication: 'passed' },
          certificate: null,
          laterChanges: [],
        },
      ],
      at: '2026-11-22T16:00:00Z',
      profile: 'bidding',
      checkedBy: 'service',
    },
  },
  invalidExamples: [
    { why: 'the document is missing', whyZh: '缺少文档', field: '/document', params: {} },
    {
      why: 'changes are not ignored',
      whyZh: '改动不能忽略',
      field: '/ignoreChanges',
      params: { document: { kind: 'content', content: exampleMessage }, ignoreChanges: true },
    },
    {
      why: 'a wish is not a mode',
      whyZh: '没有这种检查方式',
      field: '/revocation',
      params: { document: { kind: 'content', content: exampleMessage }, revocation: 'skip' },
    },
  ],
});
