import { type CallFamily, commonErrors, contractVersion } from '@onelock/core/contract';
import { errorTable } from './call-page.ts';
import { callsInOrder, eventsInOrder } from './contract-order.ts';
import { consentNames, familyNames, type Language, pairOf, pick, prefixOf } from './language.ts';
import { cell, frontMatter, page, table } from './markdown.ts';

const families = Object.keys(familyNames) as CallFamily[];

/** The list of all calls and events. */
export function indexPage(language: Language): string {
  const say = (zh: string, words: string): string => pick(language, zh, words);
  const at = `${prefixOf(language)}reference/`;
  return page(
    frontMatter(
      say('接口参考', 'Reference'),
      say('统一接口的 50 个接口与 8 个事件。', 'The 50 calls and 8 events of the unified interface.'),
    ),
    `# ${say('接口参考', 'Reference')}`,
    say(
      `契约版本 **${contractVersion}**：50 个接口、8 个事件。次版本只增不改。下列页面、JSON Schema、OpenRPC 文档与 SDK 的类型都由同一份契约生成。`,
      `Contract version **${contractVersion}**: 50 calls and 8 events. A minor version only adds. These pages, the JSON Schema, the OpenRPC document and the SDK's types are generated from one contract.`,
    ),
    say(
      '[OpenRPC 文档](/generated/openrpc.json){target="_self"} · [JSON Schema](/generated/contract.schema.json){target="_self"}',
      '[OpenRPC document](/generated/openrpc.json){target="_self"} · [JSON Schema](/generated/contract.schema.json){target="_self"}',
    ),
    say(
      '> 本页列出契约的全部接口。某个代理、某把密钥现在提供哪些，以 [getAgentInfo](/reference/calls/getAgentInfo) 和 [getDeviceInfo](/reference/calls/getDeviceInfo) 的 `calls` 为准；未提供的接口返回 `ERR_CALL_UNSUPPORTED`，绝不返回假结果。',
      '> This page lists the whole contract. What an agent or a key serves today is said by `calls` of [getAgentInfo](/en/reference/calls/getAgentInfo) and [getDeviceInfo](/en/reference/calls/getDeviceInfo); a call that is not served answers `ERR_CALL_UNSUPPORTED`, never a pretended result.',
    ),
    ...families.flatMap((family) => [
      `## ${pairOf(language, familyNames[family])} {#${family}}`,
      table(
        ['#', say('接口', 'Call'), say('名称', 'Title'), say('授权', 'Consent')],
        callsInOrder
          .filter((call) => call.family === family)
          .map((call) => [
            String(call.number),
            `[${call.name}](${at}calls/${call.name})`,
            cell(say(call.titleZh, call.title)),
            pairOf(language, consentNames[call.consent]),
          ]),
      ),
    ]),
    `## ${say('事件', 'Events')} {#events}`,
    table(
      ['#', say('事件', 'Event'), say('名称', 'Title'), say('何时', 'Fires when')],
      eventsInOrder.map((event) => [
        String(event.number),
        `[${event.name}](${at}events/${event.name})`,
        cell(say(event.titleZh, event.title)),
        cell(say(event.firesWhenZh, event.firesWhen)),
      ]),
    ),
    `## ${say('共同错误', 'Common errors')} {#common-errors}`,
    say(
      '任何接口都可能以下列代码失败；需要授权的接口还可能以 `ERR_USER_CANCELLED`、`ERR_USER_TIMEOUT` 或 `ERR_AGENT_WINDOW_UNAVAILABLE` 失败。',
      'Any call may fail with these; one that needs authorisation may fail with `ERR_USER_CANCELLED`, `ERR_USER_TIMEOUT` or `ERR_AGENT_WINDOW_UNAVAILABLE` besides.',
    ),
    errorTable(commonErrors, language),
  );
}

/** Entries of VitePress's sidebar for the reference. */
export function referenceSidebar(language: Language): object {
  const say = (zh: string, words: string): string => pick(language, zh, words);
  const at = `${prefixOf(language)}reference/`;
  return [
    {
      text: say('接口参考', 'Reference'),
      items: [
        { text: say('总览', 'Overview'), link: at },
        { text: say('共用类型', 'Shared types'), link: `${at}types` },
        { text: say('错误代码', 'Error codes'), link: `${at}errors` },
      ],
    },
    ...families.map((family) => ({
      text: pairOf(language, familyNames[family]),
      collapsed: true,
      items: callsInOrder
        .filter((call) => call.family === family)
        .map((call) => ({ text: `${call.number} ${call.name}`, link: `${at}calls/${call.name}` })),
    })),
    {
      text: say('事件', 'Events'),
      collapsed: true,
      items: eventsInOrder.map((event) => ({ text: event.name, link: `${at}events/${event.name}` })),
    },
  ];
}
