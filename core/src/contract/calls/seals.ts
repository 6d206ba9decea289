import { defineCall } from '../define-call.ts';
import { DigestAlgorithm } from '../schemas/algorithms.ts';
import { CertificateDer, CertificateSummary } from '../schemas/certificate.ts';
import { DriverState } from '../schemas/device.ts';
import { millimetres } from '../schemas/document.ts';
import {
  exampleDevice,
  exampleDigest,
  exampleKey,
  exampleMessage,
  examplePng,
  exampleSeal,
  exampleSubject,
} from '../schemas/examples.ts';
import { DeviceHandle, KeyHandle, SealHandle } from '../schemas/handles.ts';
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
import { VerdictSubject } from '../schemas/verdict.ts';

const family = 'seals-and-documents';

const sealFacts = {
  seal: SealHandle,
  key: nullable(KeyHandle, '用来盖章的密钥；未接入为 null', 'The key that it is used with; null when not present'),
  source: oneOf(['key', 'cloud', 'file'], '印章存放处：介质、云端、文件', 'Where it is kept: key, cloud, file'),
  vendor: text({ max: 128, min: 0 }, '印章厂商', 'Seal vendor'),
  id: text({ max: 64 }, '印章标识（esID）', 'Id of the seal (esID)'),
  name: text({ max: 256 }, '印章名称', 'Name of the seal'),
  type: oneOf(['organization', 'person', 'unknown'], '单位章、个人章', "An organization's, a person's"),
  standard: oneOf(
    ['GM/T 0031-2014', 'GB/T 38540-2020', 'GM/T 0031-2025', 'unknown'],
    '所依标准',
    'Standard that it follows',
  ),
  notBefore: instant('有效期起', 'Valid from'),
  notAfter: instant('有效期止', 'Valid until'),
};

const exampleSealFacts = {
  seal: exampleSeal,
  key: exampleKey,
  source: 'key',
  vendor: 'OneLock',
  id: '52010000000001',
  name: '示例建设有限公司',
  type: 'organization',
  standard: 'GB/T 38540-2020',
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: '2027-01-01T00:00:00Z',
} as const;

export const listSeals = defineCall({
  number: 39,
  name: 'listSeals',
  family,
  titleZh: '枚举印章',
  title: 'List seals',
  consent: 'origin',
  since: '1.0',
  clauses: ['GB/T 38540-2020 §5', 'OES_GetSealList'],
  summaryZh: '列出介质中、云端的全部印章，不分印章厂商。读不出的来源列在 incomplete 中。',
  summary:
    'Seals on the key and in the cloud, of any seal vendor. A source that could not be read is named in `incomplete`.',
  params: closed({
    devices: optional(
      list(
        DeviceHandle,
        { min: 1, max: 64, unique: true },
        '只看这些介质；省略为全部',
        'Only these devices; all when absent',
      ),
    ),
    validity: optional(oneOf(['valid', 'any'], '按有效期筛选，默认 any', 'By date, any by default')),
  }),
  result: closed({
    seals: list(closed(sealFacts, ['印章概要', 'A seal in short']), { max: 256 }, '印章', 'Seals'),
    incomplete: list(DriverState, { max: 64 }, '未能读取的驱动及原因', 'Drivers that could not be read, and why'),
  }),
  errors: ['ERR_TOKEN_HANDLE_STALE', 'ERR_DRIVER_TIMEOUT'],
  example: { params: { devices: [exampleDevice] }, result: { seals: [exampleSealFacts], incomplete: [] } },
  invalidExamples: [
    {
      why: 'a seal handle is not a device handle',
      whyZh: '印章句柄不是介质句柄',
      field: '/devices/0',
      params: { devices: [exampleSeal] },
    },
    { why: 'a page does not choose a vendor', whyZh: '页面不指定印章厂商', field: '/vendor', params: { vendor: 'x' } },
    { why: 'a wish is not a validity', whyZh: '没有这种筛选', field: '/validity', params: { validity: 'soon' } },
  ],
});

export const getSeal = defineCall({
  number: 40,
  name: 'getSeal',
  family,
  titleZh: '获取印章',
  title: 'Get a seal',
  consent: 'origin',
  since: '1.0',
  clauses: ['GB/T 38540-2020 §5', 'OES_GetSeal', 'OES_GetSealImage'],
  summaryZh: '返回印章的结构、图片、有效期和允许使用它的证书。',
  summary: 'Structure, picture and validity of a seal, and the certificates permitted to use it.',
  params: closed({
    seal: SealHandle,
    picture: optional(
      oneOf(['include', 'omit'], '是否附图片，默认 include', 'Whether the picture comes along, include by default'),
    ),
  }),
  result: closed({
    ...sealFacts,
    maker: VerdictSubject,
    permitted: list(
      union(
        [
          closed({
            kind: about(literal('certificate'), '证书', 'A certificate'),
            summary: CertificateSummary,
            certificate: CertificateDer,
          }),
          closed({
            kind: about(literal('digest'), '证书摘要', "A certificate's digest"),
            algorithm: about(DigestAlgorithm, '摘要算法', 'Digest algorithm'),
            digest: bytes({ min: 32, max: 64 }, '摘要', 'The digest'),
          }),
        ],
        '允许使用此印章的证书',
        'A certificate permitted to use the seal',
      ),
      { max: 64 },
      '允许使用此印章的证书',
      'Certificates permitted to use the seal',
    ),
    picture: nullable(
      closed(
        {
          type: oneOf(['GIF', 'BMP', 'JPG', 'PNG', 'SVG'], '图片类型', 'Kind of picture'),
          data: bytes(
            { min: 1, max: 1_048_576 },
            '图片字节；显示前请当作不可信内容处理',
            'The picture; to be treated as untrusted when shown',
          ),
          widthMm: millimetres('宽（毫米）', 'Width in millimetres'),
          heightMm: millimetres('高（毫米）', 'Height in millimetres'),
        },
        ['印章图片', 'The picture'],
      ),
      '印章图片；未要求为 null',
      'The picture; null when not asked for',
    ),
    structure: bytes({ min: 32, max: limits.content }, '印章结构（SESeal，DER）', 'The seal itself (SESeal, DER)'),
  }),
  errors: [
    'ERR_TOKEN_HANDLE_STALE',
    'ERR_TOKEN_REMOVED',
    'ERR_SEAL_NOT_FOUND',
    'ERR_SEAL_MALFORMED',
    'ERR_DRIVER_CRASHED',
    'ERR_DRIVER_TIMEOUT',
  ],
  example: {
    params: { seal: exampleSeal },
    result: {
      ...exampleSealFacts,
      maker: exampleSubject,
      permitted: [{ kind: 'digest', algorithm: 'sm3', digest: exampleDigest }],
      picture: { type: 'PNG', data: examplePng, widthMm: 40, heightMm: 40 },
      structure: exampleMessage,
    },
  },
  invalidExamples: [
    { why: 'the seal is missing', whyZh: '缺少印章', field: '/seal', params: {} },
    {
      why: 'a key handle is not a seal handle',
      whyZh: '密钥句柄不是印章句柄',
      field: '/seal',
      params: { seal: exampleKey },
    },
    {
      why: 'a flag is not a choice',
      whyZh: '应为所列的词，不是真假值',
      field: '/picture',
      params: { seal: exampleSeal, picture: true },
    },
  ],
});
