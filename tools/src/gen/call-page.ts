import { type CallDefinition, commonErrors } from '@onelock/core/contract';
import { type ErrorCode, errorRegistry } from '@onelock/core/errors';
import { en, zhCN } from '@onelock/core/messages';
import { sdkExample, wireExample } from './example-code.ts';
import {
  actorNames,
  consentMeanings,
  consentNames,
  familyNames,
  type Language,
  pairOf,
  pick,
  prefixOf,
} from './language.ts';
import { cell, code, frontMatter, page, prose, table } from './markdown.ts';
import { asPlain } from './plain-schema.ts';
import { type FieldRow, fieldRows } from './schema-rows.ts';

/** The reference page of one call. */
export function callPage(call: CallDefinition, language: Language): string {
  const say = (zh: string, words: string): string => pick(language, zh, words);
  const title = say(call.titleZh, call.title);
  const summary = say(call.summaryZh, call.summary);
  const wire = wireExample(call);
  return page(
    frontMatter(`${call.name} ${title}`, summary),
    `# ${call.name} <Badge type="info" text="${call.number}" />`,
    `<p class="call-title">${prose(title)}</p>`,
    prose(summary),
    facts(call, language),
    `## ${say('参数', 'Parameters')}`,
    fieldTable(fieldRows(asPlain(call.params), language), language) ?? say('没有参数，传 `{}`。', 'None; pass `{}`.'),
    `## ${say('结果', 'Result')}`,
    fieldTable(fieldRows(asPlain(call.result), language), language),
    `## ${say('示例', 'Example')}`,
    `::: code-group\n${code('ts [SDK]', sdkExample(call))}\n${code(`json [${say('请求', 'Request')}]`, wire.request)}\n${code(`json [${say('应答', 'Response')}]`, wire.response)}\n:::`,
    say('示例中较长的 base64 已截短。', 'Long base64 is cut in the example.'),
    `## ${say('错误', 'Errors')}`,
    errorTable(call.errors, language),
    say(
      `此外，任何接口都可能返回[共同错误](${prefixOf(language)}reference/#common-errors)（${commonErrors.length} 个）。`,
      `Besides these, any call may reject with one of the ${commonErrors.length} [common errors](${prefixOf(language)}reference/#common-errors).`,
    ),
    `## ${say('会被拒绝的参数', 'Parameters that are refused')}`,
    say(
      '以下各例都以 `ERR_CALL_PARAMS_INVALID` 拒绝，并指明字段；它们也是契约测试的一部分。',
      'Each is refused with `ERR_CALL_PARAMS_INVALID` naming the field; they are tests of the contract too.',
    ),
    refusals(call, language),
  );
}

function facts(call: CallDefinition, language: Language): string {
  const say = (zh: string, words: string): string => pick(language, zh, words);
  const colon = say('：', ': ');
  const lines = [
    `${say('授权', 'Consent')}${colon}**${pairOf(language, consentNames[call.consent])}**${say('。', '. ')}${cell(pairOf(language, consentMeanings[call.consent]))}`,
    `${say('类别', 'Family')}${colon}${pairOf(language, familyNames[call.family])}${say('；起始版本', '; since ')}${call.since}`,
    ...(call.clauses.length === 0
      ? []
      : [`${say('依据', 'Stands on')}${colon}${call.clauses.map(cell).join(say('；', '; '))}`]),
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}

/** null when there is no field. */
export function fieldTable(rows: readonly FieldRow[], language: Language): string | null {
  if (rows.length === 0) return null;
  const say = (zh: string, words: string): string => pick(language, zh, words);
  return table(
    [say('字段', 'Field'), say('类型', 'Type'), say('必填', 'Required'), say('说明', 'Description')],
    rows.map((row) => [`\`${row.path}\``, row.type, presenceText(row, language), cell(row.words)]),
  );
}

/** A field of some forms only says which. */
function presenceText({ presence, forms }: FieldRow, language: Language): string {
  const text = presence === 'required' ? pick(language, '是', 'yes') : pick(language, '否', 'no');
  return forms.length === 0 ? text : `${text}${forms.map((form) => `<br>\`${form}\``).join('')}`;
}

export function errorTable(codes: readonly ErrorCode[], language: Language): string {
  const say = (zh: string, words: string): string => pick(language, zh, words);
  if (codes.length === 0) return say('没有专属的错误。', 'None of its own.');
  const words = language === 'zh-CN' ? zhCN : en;
  return table(
    [say('代码', 'Code'), say('含义', 'Meaning'), say('谁能处理', 'Who can act')],
    codes.map((name) => [
      errorLink(name, language),
      cell(words[name]),
      pairOf(language, actorNames[errorRegistry[name].whoCanAct]),
    ]),
  );
}

export function errorLink(name: ErrorCode, language: Language): string {
  return `[\`${name}\`](${prefixOf(language)}reference/errors#${name.toLowerCase()})`;
}

function refusals(call: CallDefinition, language: Language): string {
  const say = (zh: string, words: string): string => pick(language, zh, words);
  return table(
    [say('字段', 'Field'), say('为什么', 'Why')],
    call.invalidExamples.map((example) => [
      example.field === '' ? say('（整个参数）', '(the parameters)') : `\`${example.field}\``,
      cell(say(example.whyZh, example.why)),
    ]),
  );
}
