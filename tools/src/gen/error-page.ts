import { type ErrorCode, type ErrorRow, errorRegistry } from '@onelock/core/errors';
import { en, zhCN } from '@onelock/core/messages';
import { callsInOrder } from './contract-order.ts';
import { actorNames, type Language, pairOf, pick, prefixOf } from './language.ts';
import { cell, frontMatter, page } from './markdown.ts';

/** Names of the areas, by the word after `ERR_`. An area without a name goes by that word. */
const areaNames: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  AGENT: ['代理', 'Agent'],
  AUTH: ['调用方身份', 'Callers of the service'],
  BYTES: ['字节与编码', 'Bytes and encodings'],
  CALL: ['接口调用', 'Calls'],
  CLI: ['命令行', 'Command line'],
  CMS: ['签名消息', 'Signed messages'],
  CRYPTO: ['密码算法', 'Cryptography'],
  DER: ['DER 编码', 'DER'],
  DEVIATION: ['厂商差异', "Vendors' deviations"],
  DOCUMENT: ['文档', 'Documents'],
  DRIVER: ['驱动', 'Drivers'],
  ENVELOPE: ['数字信封', 'Envelopes'],
  FILE: ['文件', 'Files'],
  KEY: ['密钥文件', 'Key files'],
  LOGIN: ['登录', 'Log-in'],
  PATH: ['证书路径', 'Certification paths'],
  REMOTE: ['扫码会话', 'Remote sessions'],
  REQUEST: ['HTTP 请求', 'HTTP requests'],
  REVOCATION: ['吊销', 'Revocation'],
  SDK: ['网页端 SDK', 'SDK'],
  SEAL: ['印章', 'Seals'],
  SERVICE: ['互认服务', 'Bridge service'],
  SIGNATURE: ['签名', 'Signatures'],
  STREAM: ['数据流', 'Streams'],
  SUITE: ['测试套件', 'Test suites'],
  TIMESTAMP: ['时间戳', 'Time-stamps'],
  TOKEN: ['介质', 'Tokens'],
  USER: ['用户', 'The person'],
  X509: ['证书格式', 'Certificate format'],
};

const codes = Object.keys(errorRegistry).sort() as ErrorCode[];

function areaOf(code: ErrorCode): string {
  return code.split('_')[1] ?? '';
}

/** Every code: meaning, who can act, whether trying again may help, HTTP status, clause, and which calls give it. */
export function errorPage(language: Language): string {
  const say = (zh: string, words: string): string => pick(language, zh, words);
  const areas = [...new Set(codes.map(areaOf))].sort();
  return page(
    frontMatter(
      say('错误代码', 'Error codes'),
      say(
        '全部错误代码：含义、谁能处理、能否重试。',
        'Every error code: meaning, who can act, whether trying again may help.',
      ),
      ['outline: 2'],
    ),
    `# ${say('错误代码', 'Error codes')}`,
    say(
      `共 ${codes.length} 个。代码一经发布，不再改作他用。结论（不通过、无法判定）的原因与调用失败的原因出自同一张表；文字由阅读端按语言选取，程序请只看代码。`,
      `${codes.length} codes. Once published, a code never means anything else. The reasons of verdicts and of failed calls come from this one table. Words are chosen where the reader is; programs look at the code.`,
    ),
    ...areas.flatMap((area) => [
      `## ${pairOf(language, areaNames[area] ?? [area, area])} {#${area.toLowerCase()}}`,
      ...codes.filter((code) => areaOf(code) === area).map((code) => errorEntry(code, language)),
    ]),
  );
}

function errorEntry(code: ErrorCode, language: Language): string {
  const say = (zh: string, words: string): string => pick(language, zh, words);
  const row: ErrorRow = errorRegistry[code];
  const words = language === 'zh-CN' ? zhCN : en;
  const users = callsInOrder.filter((call) => call.errors.includes(code));
  return page(
    `### ${code} {#${code.toLowerCase()}}`,
    cell(words[code]),
    [
      `${say('谁能处理：', 'Who can act: ')}**${pairOf(language, actorNames[row.whoCanAct])}**`,
      row.retriable
        ? say('稍后重试可能成功', 'trying again may help')
        : say('重试无济于事', 'trying again does not help'),
      `HTTP ${row.httpStatus}`,
      row.params.length === 0
        ? ''
        : `${say('附带数据：', 'data: ')}${row.params.map((name) => `\`${name}\``).join(' ')}`,
      row.clause === undefined ? '' : cell(row.clause),
    ]
      .filter((fact) => fact !== '')
      .join(' · '),
    users.length === 0
      ? null
      : `${say('接口：', 'Calls: ')}${users.map((call) => `[${call.name}](${prefixOf(language)}reference/calls/${call.name})`).join(say('、', ', '))}`,
  ).trimEnd();
}
