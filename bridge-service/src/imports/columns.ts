import { CodedError } from '@onelock/core/errors';
import type { ImportField, ImportSettings } from '../services/ports/import-records.ts';

/** Headers that are met, in comparable form. */
const known: Readonly<Record<ImportField, readonly string[]>> = {
  certificate: [
    ...[
      '证书',
      '证书内容',
      '证书数据',
      '证书文件内容',
      '公钥证书',
      '数字证书',
      '证书base64',
      'base64证书',
      'x509证书',
      '证书公钥',
    ],
    ...['证书文件', '证书文件名', '证书文件名称', '证书文件路径', '证书路径', '签名证书文件', '加密证书文件'],
    ...['certificatefile', 'certfile', 'certificatepath', 'certpath', 'signcertfile', 'enccertfile'],
    ...['签名证书', '签名证书内容', '签名证书base64', '加密证书', '加密证书内容', '加密证书base64'],
    ...['certificate', 'cert', 'pem', 'der', 'certificatepem', 'certificatebase64', 'certbase64', 'certificatedata'],
    ...['certdata', 'certcontent', 'x509', 'x509certificate', 'signcert', 'signingcertificate', 'signcertificate'],
    ...['enccert', 'encryptioncertificate', 'encryptcert', 'encryptcertificate'],
  ],
  creditCode: [
    ...['统一社会信用代码', '统一信用代码', '社会信用代码', '信用代码', '企业统一社会信用代码', '单位统一社会信用代码'],
    ...['统一社会信用代码证号', '社会统一信用代码', '企业代码', '机构代码', '组织机构代码'],
    ...['creditcode', 'uscc', 'usci', 'unifiedsocialcreditcode', 'socialcreditcode', 'companycode', 'orgcode'],
  ],
  companyName: [
    ...['企业名称', '单位名称', '公司名称', '机构名称', '名称', '投标人', '投标人名称', '证书持有人', '持有人', '单位'],
    ...['用户名称', '企业', '公司', 'companyname', 'company', 'name', 'organization', 'organisation', 'orgname'],
    ...['enterprisename', 'enterprise', 'holder', 'bidder'],
  ],
  legalPerson: [
    ...['法定代表人', '法人', '法人代表', '法人姓名', '法定代表人姓名', '法人代表姓名'],
    ...['legalperson', 'legalrepresentative', 'legalpersonname'],
  ],
  medium: ['介质', '介质类型', '证书介质', '载体', '证书载体', 'medium', 'media', 'mediatype', 'carrier', 'keytype'],
};

const fieldsByHeader = new Map<string, ImportField>(
  Object.entries(known).flatMap(([field, headers]) => headers.map((header) => [header, field as ImportField] as const)),
);

/** Letters and digits, full-width ones as the others, without case: `统一社会信用代码（必填）*` is `统一社会信用代码`. */
export function comparableHeader(header: string): string {
  return header
    .normalize('NFKC')
    .replace(/[([【].*?[)\]】]/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

export interface Columns {
  /** For each column what it is taken for. */
  readonly fields: readonly (ImportField | null)[];
  /** Whether the first row is a header. */
  readonly header: boolean;
}

const looksLikeCertificate = (cell: string): boolean =>
  /^\s*(-----BEGIN |MII[A-Za-z0-9+/]|3082[0-9a-fA-F]{4})/.test(cell);

/**
 * What the columns of a table are: as somebody said, else by their headers, else, without a header, the one that holds a certificate.
 * Several columns may hold certificates (签名证书, 加密证书); any other field stands in one.
 *
 * @throws {CodedError} ERR_IMPORT_MAPPING { field }
 */
export function findColumns(first: readonly string[], said: ImportSettings['columns']): Columns {
  const headers = first.map(comparableHeader);
  const fields: (ImportField | null)[] = first.map(() => null);
  const bare = first.some(looksLikeCertificate);
  if (said === null) {
    for (const [column, header] of headers.entries()) fields[column] = fieldsByHeader.get(header) ?? null;
    if (bare)
      return { fields: first.map((cell) => (looksLikeCertificate(cell) ? 'certificate' : null)), header: false };
  } else
    for (const { field, column } of said) {
      const at = typeof column === 'number' ? column : onlyColumn(headers, comparableHeader(column), column);
      while (fields.length <= at) fields.push(null);
      fields[at] = field;
    }
  requireClear(fields);
  return { fields, header: !bare };
}

function onlyColumn(headers: readonly string[], wanted: string, shown: string): number {
  const at = headers.indexOf(wanted);
  if (at < 0 || wanted === '' || headers.indexOf(wanted, at + 1) >= 0)
    throw new CodedError('ERR_IMPORT_MAPPING', { field: shown.slice(0, 80) });
  return at;
}

function requireClear(fields: readonly (ImportField | null)[]): void {
  for (const field of ['creditCode', 'companyName', 'legalPerson', 'medium'] as const)
    if (fields.indexOf(field) !== fields.lastIndexOf(field)) throw new CodedError('ERR_IMPORT_MAPPING', { field });
  const has = (field: ImportField): boolean => fields.includes(field);
  if (has('certificate')) return;
  if (!has('creditCode')) throw new CodedError('ERR_IMPORT_MAPPING', { field: 'certificate' });
  if (!has('companyName')) throw new CodedError('ERR_IMPORT_MAPPING', { field: 'companyName' });
}
