import Type from 'typebox';
import {
  importDecisions,
  importFates,
  importFields,
  importFindings,
  importStates,
  type policyFindings,
} from '../../services/ports/import-records.ts';
import { closed, Hex, Instant, nullable, oneOf, ReasonSchema, recordId, Text } from './common.ts';

const Count = Type.Integer({ minimum: 0 });
const counted = (values: readonly string[]) =>
  Type.Record(Type.String({ pattern: `^(${values.join('|')})$` }), Count, {
    description: '各类行数 / rows of each kind',
  });

export const ImportStateSchema = oneOf(
  importStates,
  '状态：接收中、检查中、已检查待开始、导入中、已暂停、已完成、已取消、失败 / state',
);
export const FateSchema = oneOf(importFates, '一行的结果 / what became of a row');
export const FindingSchema = oneOf(importFindings, '需要人看的问题 / what a person has to look at');
export const DecisionSchema = oneOf(
  importDecisions,
  '决定：保留原登记、替换、跳过、指定企业、照样导入 / keep what is registered, replace it, leave the row out, assign a company, import all the same',
);
const FieldSchema = oneOf(importFields, '一列的含义 / what a column holds');

const PolicyWord = Type.Optional(
  oneOf(['ask', 'accept', 'skip'], '询问、照样导入、跳过 / ask, import all the same, leave out'),
);

export const PolicySchema = closed(
  {
    'no-code': PolicyWord,
    'code-invalid': PolicyWord,
    'unknown-ca': PolicyWord,
    expired: PolicyWord,
    'not-yet-valid': PolicyWord,
    'weak-key': PolicyWord,
  } satisfies Record<(typeof policyFindings)[number], typeof PolicyWord>,
  '事先对整批作出的决定；未写明的逐条询问 / decided beforehand for all rows; else each is asked about',
);

const settingsProperties = {
  encoding: oneOf(['auto', 'utf-8', 'gb18030'], 'CSV 的编码 / encoding of CSV'),
  separator: oneOf(['auto', ',', ';', '\t'], 'CSV 的分隔符 / separator of CSV'),
  sheet: nullable(
    Text(120, '工作表名称；null 为第一张未隐藏的 / name of the sheet; null: the first that is not hidden'),
  ),
  columns: nullable(
    Type.Array(
      closed({
        field: FieldSchema,
        column: Type.Union([Type.Integer({ minimum: 0, maximum: 255 }), Text(200, '表头 / header')], {
          description: '列号（从 0 起）或表头 / number from 0, or header',
        }),
      }),
      { minItems: 1, maxItems: 32, description: '列对应关系；null 按已知表头识别 / columns; null: by known headers' },
    ),
  ),
  medium: nullable(Text(60, '没有写明介质的行用这个 / medium of rows that do not say theirs')),
  policy: PolicySchema,
};

export const SettingsSchema = closed(
  settingsProperties,
  '如何读取与事先的决定 / how it is read, what is decided beforehand',
);
export const SettingsChange = Type.Partial(SettingsSchema, { additionalProperties: false });

const TableSchema = closed({
  place: Type.String(),
  encoding: Type.String(),
  headers: Type.Array(Type.String()),
  fields: Type.Array(nullable(FieldSchema)),
  samples: Type.Array(Type.Array(Type.String()), { description: '开头几行 / the first rows' }),
});

const PreviewSchema = closed(
  {
    format: Type.String({ description: '识别出的格式 / formats that were found' }),
    rows: Count,
    counts: counted(importFates),
    findings: counted(importFindings),
    newCompanies: Count,
    tables: Type.Array(TableSchema),
    problems: Type.Array(
      closed({
        number: Count,
        place: Type.String(),
        fate: FateSchema,
        findings: Type.Array(FindingSchema),
        reason: nullable(ReasonSchema),
      }),
      { description: '每类问题的前若干条 / the first of each kind' },
    ),
  },
  '试运行的结果：什么都没有写入 / what it would do; nothing was written',
);

export const ImportSchema = closed({
  id: recordId('imp'),
  name: Type.String(),
  size: Count,
  digest: Hex,
  received: Type.Integer({
    minimum: 0,
    description: '已收到的字节数，从这里续传 / bytes that have arrived: go on here',
  }),
  state: ImportStateSchema,
  settings: SettingsSchema,
  position: Type.Integer({ minimum: 0, description: '已处理的行数 / rows that are done' }),
  total: nullable(Count),
  counts: counted(importFates),
  newCompanies: Count,
  openConflicts: Count,
  preview: nullable(PreviewSchema),
  failure: nullable(ReasonSchema),
  createdBy: Type.String(),
  createdAt: Instant,
  startedBy: nullable(Type.String()),
  startedAt: nullable(Instant),
  finishedAt: nullable(Instant),
  updatedAt: Instant,
  active: Type.Boolean({ description: '是否有节点正在处理 / whether a node works on it now' }),
});

const rowProperties = {
  number: Count,
  place: Type.String({ description: '在文件中的位置 / where it stood' }),
  fate: FateSchema,
  outcome: nullable(FateSchema),
  findings: Type.Array(FindingSchema),
  reason: nullable(ReasonSchema),
  certificateDigest: nullable(Hex),
  certificateId: nullable(recordId('crt')),
  companyId: nullable(recordId('com')),
  creditCode: nullable(Type.String()),
  companyName: nullable(Type.String()),
  subject: nullable(Type.String()),
  decision: nullable(DecisionSchema),
  decidedBy: nullable(Type.String()),
  decidedAt: nullable(Instant),
};

export const ImportRowSchema = closed(rowProperties);

export const ConflictSchema = closed({
  ...rowProperties,
  legalPerson: nullable(Type.String()),
  medium: nullable(Type.String()),
  registeredCertificate: nullable(recordId('crt')),
  registeredCompany: nullable(recordId('com')),
  registeredName: nullable(Type.String()),
  isCertificate: Type.Boolean(),
  permitted: Type.Array(DecisionSchema, { description: '可以作出的决定 / what may be decided' }),
});
