import { defineCall } from '../define-call.ts';
import { CertificateDer, CertificateInfo, Chain, Identity, SubjectIdentity } from '../schemas/certificate.ts';
import { CertificateFilter } from '../schemas/certificate-filter.ts';
import { DriverState } from '../schemas/device.ts';
import {
  exampleCertificate,
  exampleCertificateReport,
  exampleDevice,
  exampleEntry,
  exampleIdentity,
  exampleInfo,
  exampleKey,
} from '../schemas/examples.ts';
import { DeviceHandle, KeyHandle } from '../schemas/handles.ts';
import {
  bytes,
  closed,
  flag,
  instant,
  limits,
  list,
  nullable,
  oid,
  oneOf,
  optional,
  text,
} from '../schemas/primitives.ts';
import { CertificateReport, Profile, RevocationMode } from '../schemas/report.ts';

const family = 'certificates';

export const listCertificates = defineCall({
  number: 6,
  name: 'listCertificates',
  family,
  titleZh: '枚举证书',
  title: 'List certificates',
  consent: 'origin',
  since: '1.0',
  clauses: ['GB/T 43694-2024 SOF_GetUserList', 'GM/T 0016-2023 SKF_EnumContainer'],
  summaryZh:
    '列出全部介质上的全部身份，可按用途、算法、颁发者、主体代码、有效期筛选。双证书（签名证书与加密证书）合为一项。读不出的驱动列在 incomplete 中。',
  summary:
    'All identities over all devices; filter by usage, algorithm, issuer, subject id and validity. A dual-certificate pair (signing and encryption) is ONE identity. A driver that could not be read is named in `incomplete`.',
  params: closed({
    filter: optional(CertificateFilter),
    devices: optional(
      list(
        DeviceHandle,
        { min: 1, max: 64, unique: true },
        '只看这些介质；省略为全部',
        'Only these devices; all when absent',
      ),
    ),
  }),
  result: closed({
    identities: list(Identity, { max: 256 }, '身份', 'Identities'),
    incomplete: list(DriverState, { max: 64 }, '未能读取的驱动及原因', 'Drivers that could not be read, and why'),
  }),
  errors: ['ERR_TOKEN_HANDLE_STALE', 'ERR_DRIVER_TIMEOUT'],
  example: {
    params: { filter: { usage: 'sign', validity: 'valid' } },
    result: { identities: [exampleEntry], incomplete: [] },
  },
  invalidExamples: [
    {
      why: 'a usage that does not exist',
      whyZh: '没有这个用途',
      field: '/filter/usage',
      params: { filter: { usage: 'anything' } },
    },
    {
      why: 'a social credit code has 18 characters',
      whyZh: '统一社会信用代码为 18 位',
      field: '/filter/subjectId',
      params: { filter: { subjectId: '123' } },
    },
    {
      why: 'a key handle is not a device handle',
      whyZh: '密钥句柄不是介质句柄',
      field: '/devices/0',
      params: { devices: [exampleKey] },
    },
  ],
});

export const selectCertificate = defineCall({
  number: 7,
  name: 'selectCertificate',
  family,
  titleZh: '选择证书',
  title: 'Select a certificate',
  consent: 'user',
  since: '1.0',
  clauses: [],
  summaryZh: '打开代理的证书选择窗口，由用户选定。从不默认取“第 0 个”；只剩一个可选时也由用户确认。',
  summary:
    'Opens the agent\'s picker and lets the person choose. Never "slot 0" by default; a single candidate is confirmed by the person too.',
  params: closed({
    purpose: oneOf(
      ['authenticate', 'sign', 'seal', 'encrypt', 'decrypt'],
      '选来做什么，显示在窗口中',
      'What it is chosen for; shown in the window',
    ),
    filter: optional(CertificateFilter),
  }),
  result: closed({ identity: Identity }),
  errors: [
    'ERR_USER_CANCELLED',
    'ERR_USER_TIMEOUT',
    'ERR_TOKEN_NOT_FOUND',
    'ERR_TOKEN_KEY_NOT_FOUND',
    'ERR_AGENT_WINDOW_UNAVAILABLE',
  ],
  example: {
    params: { purpose: 'authenticate', filter: { algorithms: ['sm2'] } },
    result: { identity: exampleEntry },
  },
  invalidExamples: [
    { why: 'the purpose is missing', whyZh: '缺少用途', field: '/purpose', params: {} },
    {
      why: 'keys are not chosen by number',
      whyZh: '密钥不以序号选取',
      field: '/index',
      params: { purpose: 'sign', index: 0 },
    },
    {
      why: 'an algorithm that does not exist',
      whyZh: '没有这个算法',
      field: '/filter/algorithms/0',
      params: { purpose: 'sign', filter: { algorithms: ['rot13'] } },
    },
  ],
});

export const getCertificate = defineCall({
  number: 8,
  name: 'getCertificate',
  family,
  titleZh: '导出证书',
  title: 'Get a certificate',
  consent: 'origin',
  since: '1.0',
  clauses: ['GB/T 43694-2024 SOF_ExportUserCert, SOF_ExportExChangeUserCert', 'GM/T 0016-2023 SKF_ExportCertificate'],
  summaryZh: '导出一个身份的签名证书或加密证书，需要时连同已知的证书链。',
  summary: 'The signing or the encryption certificate of an identity, with the chain as far as it is known if asked.',
  params: closed({
    key: KeyHandle,
    usage: oneOf(['sign', 'encrypt'], '签名证书还是加密证书', 'The signing or the encryption certificate'),
    chain: optional(
      oneOf(['none', 'if-known'], '是否附证书链，默认 none', 'Whether to add the chain, none by default'),
    ),
  }),
  result: closed({
    certificate: CertificateDer,
    chain: list(
      CertificateDer,
      { max: 16 },
      '证书链，颁发者在前；未要求或未知为空',
      'The chain, issuer first; empty when not asked for or not known',
    ),
  }),
  errors: [
    'ERR_TOKEN_HANDLE_STALE',
    'ERR_TOKEN_REMOVED',
    'ERR_TOKEN_KEY_NOT_FOUND',
    'ERR_DRIVER_CRASHED',
    'ERR_DRIVER_TIMEOUT',
  ],
  example: {
    params: { key: exampleKey, usage: 'sign' },
    result: { certificate: exampleCertificate, chain: [] },
  },
  invalidExamples: [
    {
      why: 'which certificate is meant is missing',
      whyZh: '没有说明要哪一张证书',
      field: '/usage',
      params: { key: exampleKey },
    },
    {
      why: 'a usage that does not exist',
      whyZh: '没有这个用途',
      field: '/usage',
      params: { key: exampleKey, usage: 'both' },
    },
    {
      why: 'a device handle is not a key handle',
      whyZh: '介质句柄不是密钥句柄',
      field: '/key',
      params: { key: exampleDevice, usage: 'sign' },
    },
  ],
});

export const getCertificateInfo = defineCall({
  number: 9,
  name: 'getCertificateInfo',
  family,
  titleZh: '解析证书信息',
  title: 'Get certificate information',
  consent: 'none',
  since: '1.0',
  clauses: ['GB/T 20518', 'RFC 5280 §4', 'GB/T 43694-2024 SOF_GetCertInfo'],
  summaryZh:
    '按标准用语解析证书的全部字段。字段用名字而不是编号（SOF_GetCertInfo 有两套互不相容的编号）。解析不等于可信。',
  summary:
    "Every field of a certificate in the standard's terms, by name and not by number (SOF_GetCertInfo has two incompatible numberings). Parsing says nothing about trust.",
  params: closed({ certificate: CertificateDer }),
  result: CertificateInfo,
  errors: ['ERR_X509_MALFORMED', 'ERR_DER_TRUNCATED', 'ERR_DER_TRAILING_DATA'],
  example: { params: { certificate: exampleCertificate }, result: exampleInfo },
  invalidExamples: [
    {
      why: 'not base64',
      whyZh: '不是 base64',
      field: '/certificate',
      params: { certificate: '-----BEGIN CERTIFICATE-----'.padEnd(96, '-') },
    },
    { why: 'the certificate is missing', whyZh: '缺少证书', field: '/certificate', params: {} },
    {
      why: 'a path is not a certificate',
      whyZh: '路径不是证书',
      field: '/path',
      params: { certificate: exampleCertificate, path: '/etc/passwd' },
    },
  ],
});

export const getCertificateExtension = defineCall({
  number: 10,
  name: 'getCertificateExtension',
  family,
  titleZh: '按 OID 取证书扩展',
  title: 'Get a certificate extension by OID',
  consent: 'none',
  since: '1.0',
  clauses: ['GB/T 20518', 'GB/T 43694-2024 SOF_GetCertInfoByOid'],
  summaryZh:
    '取某个扩展的原始值和解码后的文字。一些 CA 的扩展值没有 DER 字符串标签：先按 DER 字符串、再按 UTF-8 文本解码。',
  summary:
    'Raw and decoded value of one extension. Some CAs write the value without a DER string tag: it is read as a DER string first, as UTF-8 text second.',
  params: closed({ certificate: CertificateDer, oid: oid('扩展 OID', 'OID of the extension') }),
  result: closed({
    oid: oid('扩展 OID', 'OID of the extension'),
    critical: flag('是否关键扩展', 'Whether it is critical'),
    value: bytes(
      { min: 0, max: limits.certificate },
      '原始值（extnValue 内的字节）',
      'Raw value (the bytes inside extnValue)',
    ),
    decoded: nullable(
      closed(
        {
          syntax: oneOf(['string', 'raw-text', 'identify-code'], '解码方式', 'How it was decoded'),
          text: text({ max: 4096, min: 0 }, '文字', 'The text'),
        },
        ['解码后的值', 'The decoded value'],
      ),
      '解码后的值；无法解码为文字时为 null',
      'The decoded value; null when it is not text',
    ),
  }),
  errors: ['ERR_X509_MALFORMED', 'ERR_X509_EXTENSION_ABSENT', 'ERR_DER_TRUNCATED'],
  example: {
    params: { certificate: exampleCertificate, oid: '1.2.156.10260.4.1.4' },
    result: {
      oid: '1.2.156.10260.4.1.4',
      critical: false,
      value: 'ExI5MTUyMDEwME1BNkRKMDAwMFA=',
      decoded: { syntax: 'string', text: '91520100MA6DJ0000P' },
    },
  },
  invalidExamples: [
    { why: 'the OID is missing', whyZh: '缺少 OID', field: '/oid', params: { certificate: exampleCertificate } },
    {
      why: 'a name is not an OID',
      whyZh: '名称不是 OID',
      field: '/oid',
      params: { certificate: exampleCertificate, oid: 'keyUsage' },
    },
    {
      why: 'an arc has no leading zero',
      whyZh: 'OID 各段不得有前导零',
      field: '/oid',
      params: { certificate: exampleCertificate, oid: '2.5.029.15' },
    },
  ],
});

export const getSubjectIdentity = defineCall({
  number: 11,
  name: 'getSubjectIdentity',
  family,
  titleZh: '取主体身份',
  title: 'Get the identity of the subject',
  consent: 'none',
  since: '1.0',
  clauses: ['GB 32100-2015', 'GB/T 43694-2024 SOF_GetCertEntity'],
  summaryZh: '按该 CA 的映射规则取单位名称、统一社会信用代码（校验校验码）、个人姓名与职务。证件号码一律脱敏。',
  summary:
    "Company, unified social credit code (check character verified), person and role, by the CA's mapping rules. Identity numbers are always masked.",
  params: closed({ certificate: CertificateDer }),
  result: SubjectIdentity,
  errors: ['ERR_X509_MALFORMED', 'ERR_DER_TRUNCATED'],
  example: { params: { certificate: exampleCertificate }, result: exampleIdentity },
  invalidExamples: [
    { why: 'the certificate is missing', whyZh: '缺少证书', field: '/certificate', params: {} },
    {
      why: 'too short to be a certificate',
      whyZh: '太短，不可能是证书',
      field: '/certificate',
      params: { certificate: 'MAA=' },
    },
    {
      why: 'identity numbers are not unmasked',
      whyZh: '证件号码不能要求去除脱敏',
      field: '/unmask',
      params: { certificate: exampleCertificate, unmask: true },
    },
  ],
});

export const validateCertificate = defineCall({
  number: 12,
  name: 'validateCertificate',
  family,
  titleZh: '验证证书',
  title: 'Validate a certificate',
  consent: 'none',
  since: '1.0',
  clauses: ['RFC 5280 §6', 'ETSI EN 319 102-1 §5.1.3', 'GB/T 43694-2024 SOF_ValidateCert'],
  summaryZh:
    '检查路径、时间、用途与吊销，给出带原因的结论。服务可达时由服务评判，否则由代理凭离线材料评判并注明。信任锚不由页面提供。',
  summary:
    'Path, time, usage and revocation → a verdict with its reason. The service judges when it can be reached, otherwise the agent from offline evidence, and the result says which. A page cannot supply trust anchors.',
  params: closed({
    certificate: CertificateDer,
    intermediates: optional(Chain),
    at: optional(instant('按此时刻评判，默认现在', 'The moment to judge for, now by default')),
    profile: optional(Profile),
    revocation: optional(RevocationMode),
  }),
  result: CertificateReport,
  errors: ['ERR_X509_MALFORMED', 'ERR_DER_TRUNCATED', 'ERR_SERVICE_UNAVAILABLE'],
  example: {
    params: { certificate: exampleCertificate, revocation: 'if-available' },
    result: exampleCertificateReport,
  },
  invalidExamples: [
    {
      why: 'a page cannot name its own trust anchors',
      whyZh: '页面不能自带信任锚',
      field: '/trustAnchors',
      params: { certificate: exampleCertificate, trustAnchors: [exampleCertificate] },
    },
    {
      why: 'a time without a zone',
      whyZh: '时间没有时区',
      field: '/at',
      params: { certificate: exampleCertificate, at: '2026-11-22 16:00:00' },
    },
    {
      why: 'a profile that does not exist',
      whyZh: '没有这个规则集',
      field: '/profile',
      params: { certificate: exampleCertificate, profile: 'lenient' },
    },
  ],
});
