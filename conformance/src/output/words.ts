import type { Locale } from '@onelock/core/messages';

const zhCN = {
  usage: `用法：
  onelock cert validate LEAF --trust F… [--intermediate F]… [--crl F]… [--ocsp F]… [--ocsp-responder F]…
                             [--at ISO8601] [--profile P] [--revocation require|if-available|none] [--explain]
  onelock cert inspect FILE
  onelock cms verify FILE [--content F] [--trust F]… [--intermediate F]… [--at ISO8601] [--profile P] [--revocation …]
  onelock cms inspect FILE
  onelock timestamp verify FILE [--data F] [--digest ALGORITHM:HEX] [--query F] [--trust F]… [--intermediate F]… [--at …]
  onelock timestamp inspect FILE
  onelock crl verify FILE --trust F… [--intermediate F]… [--at ISO8601] [--profile P]
  onelock crl inspect FILE
  onelock ocsp verify FILE --trust F… [--intermediate F]… [--ocsp-responder F]… [--at ISO8601] [--profile P]
  onelock ocsp inspect FILE
  onelock suite run SUITE FILE-OR-FOLDER [--service URL]
                             SUITE：wycheproof、limbo、bettertls、openssl-verify、pkits、ocsp、fuzz

  --json 机器可读输出   --lang zh-CN|en 语言
  退出码：0 通过，1 未通过或无法判定，2 用法或输入有误
`,
  passed: '通过',
  failed: '未通过',
  indeterminate: '无法判定',
  skipped: '跳过',
  reason: '原因',
  subjectAtFault: '问题证书',
  needs: '还需要',
  path: '证书路径',
  noPath: '没有找到有效的证书路径',
  tried: '试过的路径',
  at: '判定时间',
  profile: '规则',
  revocation: '吊销状态',
  revocationChecked: '已核查',
  revocationNotChecked: '未核查',
  clause: '条款',
  constraints: '逐条检查',
  tolerated: '容忍的写法（不改变结论）',
  entries: '条目数',
  deltaOver: '增量的基础编号',
  scope: '范围',
  leaf: '被判定证书',
  intermediate: '中间证书',
  anchor: '信任锚',
  subject: '主题',
  issuer: '颁发者',
  serialNumber: '序列号',
  validity: '有效期',
  key: '公钥',
  signatureAlgorithm: '签名算法',
  signer: '签名者',
  signingTime: '声称的签名时间',
  provenTime: '时间戳证明的时间',
  broughtRevocation: '消息自带的吊销依据',
  stamp: '时间戳',
  stampTime: '时间戳时间',
  stampedDigest: '所盖摘要',
  policy: '策略',
  authority: '时间戳机构',
  countersignature: '副署',
  deviation: '已登记的偏差',
  deviationSeen: '与标准的偏差',
  cipher: '加密算法',
  recipient: '接收者',
  contentType: '内容类型',
  detached: '不含原文',
  attached: '含原文',
  certificates: '证书',
  basicConstraints: '基本约束',
  keyUsage: '密钥用途',
  extendedKeyUsage: '扩展密钥用途',
  alternativeNames: '主题备用名称',
  extensions: '扩展项',
  critical: '关键',
  malformed: '无法解析',
  organization: '单位',
  creditCode: '统一社会信用代码',
  checkDigitRight: '校验位正确',
  checkDigitWrong: '校验位不正确',
  digest: 'SHA-256 指纹',
  needWords: {
    'trust-anchor': '信任锚',
    'issuer-certificate': '颁发者证书',
    'signer-certificate': '签名者证书',
    content: '原文',
    revocation: '吊销信息',
    algorithm: '算法',
  },
  usageDetails: {
    unknownCommand: '没有这个命令',
    leafMissing: '缺少待判定的证书文件',
    fileMissing: '缺少文件名',
    extraArgument: '多余的参数 {value}',
    trustMissing: '至少要用 --trust 给出一个信任锚',
    option: '选项有误：{value}',
    time: '--at 要用 ISO 8601 时间，例如 2026-06-01T08:00:00+08:00，不能是 {value}',
    profile: '--profile 只能是 {allowed}，不能是 {value}',
    revocation: '--revocation 只能是 require、if-available 或 none，不能是 {value}',
    suiteMissing: '缺少测试集名称或路径',
    suiteNotYet: '测试集 {value} 还没有运行器；现有 {allowed}',
    suiteUnknown: '没有测试集 {value}；现有 {allowed}',
    notACertificate: '文件 {value} 里没有证书',
    oneCertificate: '文件 {value} 里没有签名消息',
    notAList: '文件 {value} 里没有吊销列表',
    notAResponse: '文件 {value} 里没有 OCSP 响应',
    stampedMissing: '要用 --data、--digest 或 --query 说明时间戳盖的是什么',
    digest: '--digest 要写作 算法:十六进制，例如 sm3:…，不能是 {value}',
  },
} as const;

type Words = {
  readonly [K in keyof typeof zhCN]: (typeof zhCN)[K] extends string ? string : Record<keyof (typeof zhCN)[K], string>;
};

const en: Words = {
  usage: `Usage:
  onelock cert validate LEAF --trust F… [--intermediate F]… [--crl F]… [--ocsp F]… [--ocsp-responder F]…
                             [--at ISO8601] [--profile P] [--revocation require|if-available|none] [--explain]
  onelock cert inspect FILE
  onelock cms verify FILE [--content F] [--trust F]… [--intermediate F]… [--at ISO8601] [--profile P] [--revocation …]
  onelock cms inspect FILE
  onelock timestamp verify FILE [--data F] [--digest ALGORITHM:HEX] [--query F] [--trust F]… [--intermediate F]… [--at …]
  onelock timestamp inspect FILE
  onelock crl verify FILE --trust F… [--intermediate F]… [--at ISO8601] [--profile P]
  onelock crl inspect FILE
  onelock ocsp verify FILE --trust F… [--intermediate F]… [--ocsp-responder F]… [--at ISO8601] [--profile P]
  onelock ocsp inspect FILE
  onelock suite run SUITE FILE-OR-FOLDER [--service URL]
                             SUITE: wycheproof, limbo, bettertls, openssl-verify, pkits, ocsp, fuzz

  --json machine-readable output   --lang zh-CN|en language
  Exit status: 0 passed, 1 failed or indeterminate, 2 wrong use or unreadable input
`,
  passed: 'passed',
  failed: 'failed',
  indeterminate: 'indeterminate',
  skipped: 'skipped',
  reason: 'Reason',
  subjectAtFault: 'Certificate at fault',
  needs: 'Needed',
  path: 'Certification path',
  noPath: 'No valid certification path was found',
  tried: 'Paths that were tried',
  at: 'Judged for',
  profile: 'Profile',
  revocation: 'Revocation',
  revocationChecked: 'checked',
  revocationNotChecked: 'not checked',
  clause: 'Clause',
  constraints: 'What was asked',
  tolerated: 'Tolerated (changes no verdict)',
  entries: 'Entries',
  deltaOver: 'Delta over number',
  scope: 'Scope',
  leaf: 'certificate judged',
  intermediate: 'intermediate',
  anchor: 'trust anchor',
  subject: 'Subject',
  issuer: 'Issuer',
  serialNumber: 'Serial number',
  validity: 'Valid',
  key: 'Public key',
  signatureAlgorithm: 'Signature algorithm',
  signer: 'Signer',
  signingTime: 'Claimed signing time',
  provenTime: 'Time proven by a time-stamp',
  broughtRevocation: 'Revocation evidence in the message',
  stamp: 'Time-stamp',
  stampTime: 'Time of the stamp',
  stampedDigest: 'Digest stamped',
  policy: 'Policy',
  authority: 'Time-stamping authority',
  countersignature: 'Countersignature',
  deviation: 'Declared deviation',
  deviationSeen: 'Departure from the standard',
  cipher: 'Cipher',
  recipient: 'Recipient',
  contentType: 'Content type',
  detached: 'without content',
  attached: 'with content',
  certificates: 'Certificates',
  basicConstraints: 'Basic constraints',
  keyUsage: 'Key usage',
  extendedKeyUsage: 'Extended key usage',
  alternativeNames: 'Subject alternative names',
  extensions: 'Extensions',
  critical: 'critical',
  malformed: 'cannot be parsed',
  organization: 'Organisation',
  creditCode: 'Unified social credit code',
  checkDigitRight: 'check digit right',
  checkDigitWrong: 'check digit wrong',
  digest: 'SHA-256 fingerprint',
  needWords: {
    'trust-anchor': 'a trust anchor',
    'issuer-certificate': 'the certificate of an issuer',
    'signer-certificate': "the signer's certificate",
    content: 'the content',
    revocation: 'revocation data',
    algorithm: 'an algorithm',
  },
  usageDetails: {
    unknownCommand: 'there is no such command',
    leafMissing: 'the file of the certificate to judge is missing',
    fileMissing: 'the file name is missing',
    extraArgument: 'one argument too many: {value}',
    trustMissing: 'at least one trust anchor is needed: --trust',
    option: 'wrong option: {value}',
    time: '--at takes an ISO 8601 time such as 2026-06-01T08:00:00+08:00, not {value}',
    profile: '--profile is one of {allowed}, not {value}',
    revocation: '--revocation is require, if-available or none, not {value}',
    suiteMissing: 'the name of the suite or its path is missing',
    suiteNotYet: 'the suite {value} has no runner yet; there are {allowed}',
    suiteUnknown: 'there is no suite {value}; there are {allowed}',
    notACertificate: 'there is no certificate in {value}',
    oneCertificate: 'there is no signed message in {value}',
    notAList: 'There is no revocation list in the file {value}',
    notAResponse: 'There is no OCSP response in the file {value}',
    stampedMissing: 'say what was stamped: --data, --digest or --query',
    digest: '--digest takes ALGORITHM:HEX, e.g. sm3:…, not {value}',
  },
};

export type CliWords = Words;
export type UsageDetail = keyof Words['usageDetails'];

export const cliWords: Readonly<Record<Locale, Words>> = { 'zh-CN': zhCN, en };

/** The sentence for a wrong use, with `{name}` replaced. */
export function usageDetail(locale: Locale, detail: UsageDetail, values: Readonly<Record<string, string>>): string {
  return cliWords[locale].usageDetails[detail].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '—');
}
