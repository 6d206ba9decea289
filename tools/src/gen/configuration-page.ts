import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { type Language, pick } from './language.ts';
import { cell, frontMatter, page, table } from './markdown.ts';

interface ConfigKey {
  readonly name: string;
  readonly variable: string;
  readonly fallback: unknown;
  readonly zh: string;
  readonly en: string;
}

export interface ServiceConfiguration {
  readonly configFileVariable: string;
  readonly keys: readonly ConfigKey[];
}

/**
 * The service's configuration keys, asked of the service's own command (docs/adr/0003): tools know none of them.
 * @throws {Error} with what the command wrote when it fails
 */
export function readServiceConfiguration(root: string): ServiceConfiguration {
  const asked = spawnSync(
    process.execPath,
    ['--conditions=onelock-source', path.join(root, 'bridge-service/src/cli.ts'), 'config', '--json'],
    { cwd: root, encoding: 'utf8', env: {} },
  );
  if (asked.status !== 0) throw new Error(`bridge-service config: ${asked.stderr}`);
  // A default folder is told whole; on a page it stands relative to where the service is started.
  return JSON.parse(asked.stdout.replaceAll(`${root}${path.sep}`.replaceAll('\\', '\\\\'), ''));
}

/** Every configuration key of the service. */
export function configurationPage({ keys, configFileVariable }: ServiceConfiguration, language: Language): string {
  const say = (zh: string, en: string): string => pick(language, zh, en);
  return page(
    frontMatter(
      say('配置项', 'Configuration'),
      say('互认服务的全部配置项。', 'Every configuration key of the bridge service.'),
    ).replace('core/contract', "the service's own table"),
    `# ${say('配置项', 'Configuration')}`,
    say(
      `互认服务的全部配置项，启动时一次读入并校验：写错的值或不认识的键使服务拒绝启动，并指明是哪一个。来源依次为环境变量、\`${configFileVariable}\` 指定的 JSON 文件（键为“文件中的名称”）、默认值。同一张表也可由 \`npm run onelock -- service config\` 打印。`,
      `Every key of the bridge service, read and checked once at start: a wrong value or an unknown key stops the start and is named. Environment variables come first, then the JSON file that \`${configFileVariable}\` names (by the name in the file), then the defaults. \`npm run onelock -- service config\` prints the same table.`,
    ),
    table(
      [
        say('环境变量', 'Variable'),
        say('文件中的名称', 'Name in the file'),
        say('默认', 'Default'),
        say('说明', 'Description'),
      ],
      keys.map((key) => [
        `\`${key.variable}\``,
        `\`${key.name}\``,
        defaultText(key.fallback),
        cell(say(key.zh, key.en)),
      ]),
    ),
  );
}

function defaultText(value: unknown): string {
  const text = Array.isArray(value) ? value.join(',') : String(value ?? '');
  return text === '' ? '—' : `\`${text}\``;
}
