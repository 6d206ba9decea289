import type { EventDefinition } from '@onelock/core/contract';
import { fieldTable } from './call-page.ts';
import { json } from './example-code.ts';
import { type Language, pick } from './language.ts';
import { code, frontMatter, page, prose, table } from './markdown.ts';
import { asPlain } from './plain-schema.ts';
import { fieldRows } from './schema-rows.ts';

/** The reference page of one event. */
export function eventPage(event: EventDefinition, language: Language): string {
  const say = (zh: string, words: string): string => pick(language, zh, words);
  const title = say(event.titleZh, event.title);
  const fires = say(event.firesWhenZh, event.firesWhen);
  const repetition =
    event.repetition === 'once-per-cause'
      ? say('每个缘由只通知一次', 'once per cause')
      : say('可能重复通知', 'may repeat');
  const frame = { jsonrpc: '2.0', method: 'event', params: { name: event.name, payload: event.example } };
  return page(
    frontMatter(`${event.name} ${title}`, fires),
    `# ${event.name} <Badge type="tip" text="${say('事件', 'event')} ${event.number}" />`,
    `<p class="call-title">${prose(title)}</p>`,
    prose(fires),
    table([say('重复', 'Repetition'), say('起始版本', 'Since')], [[repetition, event.since]]),
    `## ${say('内容', 'Payload')}`,
    fieldTable(fieldRows(asPlain(event.payload), language), language),
    `## ${say('示例', 'Example')}`,
    `::: code-group\n${code('ts [SDK]', `const stop = onelock.on('${event.name}', (payload) => {\n  console.log(payload);\n});`)}\n${code(`json [${say('帧', 'Frame')}]`, json(frame))}\n:::`,
  );
}
