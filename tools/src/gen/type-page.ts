import { sharedSchemas } from '@onelock/core/contract';
import { fieldTable } from './call-page.ts';
import { type Language, pick } from './language.ts';
import { cell, frontMatter, page, prose } from './markdown.ts';
import { asPlain, type PlainSchema } from './plain-schema.ts';
import { fieldRows, typeText } from './schema-rows.ts';

/** The shared types, each with an anchor of its name. */
export function typePage(language: Language): string {
  const say = (zh: string, words: string): string => pick(language, zh, words);
  return page(
    frontMatter(say('共用类型', 'Shared types'), say('多个接口共用的数据类型。', 'Types that several calls share.')),
    `# ${say('共用类型', 'Shared types')}`,
    say(
      '所有对象都是封闭的：未列出的字段一律拒绝。字节在线上是 base64（RFC 4648 §4，带填充），在程序里是 `Uint8Array`。时间为 UTC（RFC 3339）。',
      'Every object is closed: a field that is not listed is refused. Bytes are base64 at the wire (RFC 4648 §4, padded) and `Uint8Array` in a program. Times are UTC (RFC 3339).',
    ),
    ...Object.entries(sharedSchemas).map(([name, schema]) => typeEntry(name, asPlain(schema), language)),
  );
}

function typeEntry(name: string, schema: PlainSchema, language: Language): string {
  const words = String(schema[language === 'zh-CN' ? 'x-description-zh' : 'description'] ?? '');
  const rows = fieldRows(schema, language, name);
  const pattern =
    typeof schema.pattern === 'string' && schema.contentEncoding === undefined ? `\`${schema.pattern}\`` : null;
  return page(
    `## ${name} {#${name.toLowerCase()}}`,
    prose(cell(words)),
    fieldTable(rows, language) ?? typeText(schema, { language, own: name }),
    pattern === null ? null : `${pick(language, '格式：', 'Pattern: ')}${pattern}`,
  ).trimEnd();
}
