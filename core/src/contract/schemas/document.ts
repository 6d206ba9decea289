import Type, { type Static, type TUnsafe } from 'typebox';
import { FileSource, FileTarget } from './common.ts';
import { FileFacts } from './file-facts.ts';
import {
  about,
  bytes,
  closed,
  instant,
  integer,
  limits,
  list,
  literal,
  nullable,
  oneOf,
  optional,
  text,
  union,
} from './primitives.ts';
import { NestedCertificateReport, Profile } from './report.ts';
import { verdictWith } from './verdict.ts';

export const DocumentFormat = oneOf(['pdf', 'ofd'], '文档格式', 'Document format');

export const DocumentSource = union(
  [
    closed({
      kind: about(literal('content'), '随调用携带', 'Carried by the call'),
      content: bytes({ min: 16, max: limits.content }, '文档字节', 'The document'),
    }),
    closed({ kind: about(literal('file'), '文件', 'A file'), file: FileSource }),
  ],
  '文档：PDF 或 OFD，按内容识别',
  'The document: PDF or OFD, told apart by its content',
);

export const DocumentTarget = union(
  [
    closed({ kind: about(literal('content'), '随结果返回', 'Returned with the result') }),
    closed({ kind: about(literal('file'), '写入文件', 'Written to a file'), target: FileTarget }),
  ],
  '盖章后文档的去处',
  'Where the resulting document goes',
);

/** The document that came out: inline when the target was `content`. */
export const DocumentResult = closed(
  {
    format: DocumentFormat,
    file: FileFacts,
    content: nullable(
      bytes({ min: 16, max: limits.message }, '文档字节', 'The document'),
      '文档字节；写入文件时为 null',
      'The document; null when written to a file',
    ),
  },
  ['结果文档', 'The resulting document'],
);

export function millimetres(zh: string, en: string) {
  return Type.Number({ minimum: -10_000, maximum: 10_000, description: en, 'x-description-zh': zh });
}

const page = integer({ min: 1, max: 100_000 }, '页码，从 1 起', 'Page, from 1');
const pages = union(
  [
    closed({ kind: about(literal('all'), '全部', 'All') }),
    closed({ kind: about(literal('range'), '范围', 'A range'), first: page, last: page }),
    closed({ kind: about(literal('odd'), '奇数页', 'Odd pages') }),
    closed({ kind: about(literal('even'), '偶数页', 'Even pages') }),
  ],
  '哪些页',
  'Which pages',
);

/** Where a seal goes. Millimetres from the top left corner of the page, as GB/T 33190 counts. */
export const Placement = union(
  [
    closed({
      kind: about(literal('position'), '指定位置', 'At a place'),
      page,
      x: millimetres('印章左上角横坐标（毫米）', 'Left edge in millimetres'),
      y: millimetres('印章左上角纵坐标（毫米）', 'Top edge in millimetres'),
    }),
    closed({
      kind: about(literal('keyword'), '按关键字', 'At a keyword'),
      keyword: text({ max: 64 }, '关键字', 'The keyword'),
      occurrence: oneOf(['first', 'last', 'every'], '第几处', 'Which occurrence'),
      dx: optional(millimetres('横向偏移（毫米）', 'Shift to the right in millimetres')),
      dy: optional(millimetres('纵向偏移（毫米）', 'Shift downwards in millimetres')),
    }),
    closed({
      kind: about(literal('straddle'), '骑缝', 'Straddling the pages (骑缝)'),
      edge: oneOf(['left', 'right', 'top', 'bottom'], '哪一边', 'Which edge'),
      pages,
    }),
    closed({
      kind: about(literal('every-page'), '每页同一位置', 'The same place on every page'),
      pages,
      x: millimetres('印章左上角横坐标（毫米）', 'Left edge in millimetres'),
      y: millimetres('印章左上角纵坐标（毫米）', 'Top edge in millimetres'),
    }),
    closed({ kind: about(literal('invisible'), '不可见', 'Invisible') }),
  ],
  '盖章位置（毫米，自页面左上角起）',
  'Where the seal goes (millimetres from the top left corner of the page)',
);

const Rectangle = closed(
  {
    page,
    x: millimetres('左（毫米）', 'Left in millimetres'),
    y: millimetres('上（毫米）', 'Top in millimetres'),
    width: millimetres('宽（毫米）', 'Width in millimetres'),
    height: millimetres('高（毫米）', 'Height in millimetres'),
  },
  ['页面上的一块区域', 'One area on a page'],
);

const documentSealFacts = {
  index: integer({ min: 0, max: 10_000 }, '序号，从 0 起，按加盖次序', 'Number, from 0, in the order they were made'),
  kind: oneOf(['seal', 'signature'], '印章或无章签名', 'A seal, or a signature without one'),
  sealName: nullable(
    text({ max: 256, min: 0 }, '名称', 'Name'),
    '印章名称；无章签名为 null',
    'Name of the seal; null for a signature',
  ),
  signer: text({ max: 1024, min: 0 }, '签章者', 'Who sealed or signed'),
  signingTime: nullable(instant('时间', 'Time'), '自称的签章时间；没有为 null', 'Claimed time; null when absent'),
  areas: list(
    Rectangle,
    { max: 1000 },
    '所在区域；不可见为空，骑缝为多块',
    'Where it shows; empty when invisible, many when it straddles',
  ),
};

export const DocumentSeal = closed(
  {
    ...documentSealFacts,
    coverage: oneOf(
      ['whole-document', 'earlier-revision', 'unclear'],
      '保护范围：整个文档、较早的版本（其后有增量）、无法确定',
      'What it covers: the whole document, an earlier revision (something was added later), unclear',
    ),
  },
  ['文档上的一个签章', 'One seal or signature of a document'],
);

export const exampleDocumentSeal = {
  index: 0,
  kind: 'seal',
  sealName: '示例建设有限公司',
  signer: 'CN=示例建设有限公司,O=示例建设有限公司,C=CN',
  signingTime: '2026-11-22T15:59:58Z',
  areas: [{ page: 1, x: 120, y: 220, width: 40, height: 40 }],
} as const;

const documentReport = verdictWith(
  {
    format: DocumentFormat,
    signatures: list(
      verdictWith(
        {
          ...documentSealFacts,
          seal: nullable(
            verdictWith({}, '印章结论', 'Verdict on the seal'),
            '印章本身的结论；无章签名为 null',
            'Verdict on the seal itself; null for a signature without one',
          ),
          certificate: nullable(
            NestedCertificateReport,
            '签章者证书的结论；未及评判为 null',
            "Verdict on the signer's certificate; null when it was not reached",
          ),
          laterChanges: list(
            oneOf(
              [
                'further-signature',
                'form-filling',
                'annotation',
                'page-content',
                'page-added',
                'page-removed',
                'unreferenced-file',
                'other',
              ],
              '改动',
              'Change',
            ),
            { max: 8, unique: true },
            '此签章之后的改动；没有为空',
            'What was changed after it; empty when nothing was',
          ),
        },
        '一个签章的结论',
        'Verdict on one seal or signature',
      ),
      { max: 256 },
      '各签章的结论',
      'One verdict per seal or signature',
    ),
    at: instant('按此时刻评判', 'The moment it was judged for'),
    profile: Profile,
    checkedBy: oneOf(['service', 'agent'], '由谁评判', 'Who judged'),
  },
  '文档结论：全部签章通过且其后无不允许的改动才算通过',
  'Verdict on a document: passed when every seal passes and nothing that is not allowed was changed later',
);

export interface DocumentReportSchema extends TUnsafe<Static<typeof documentReport>> {}
/** One verdict per signature and one for the whole document. */
export const DocumentReport: DocumentReportSchema = Type.Unsafe<Static<typeof documentReport>>(documentReport);
