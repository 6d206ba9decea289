import { existsSync } from 'node:fs';
import { type CodedError, isCodedError } from '@onelock/core/errors';
import { describeError, type Locale } from '@onelock/core/messages';
import type { StoreContents } from '../catalogue/index.ts';
import { startHostedDriver } from '../host/index.ts';
import type { DriverConfig } from '../port/index.ts';
import { withoutNetwork } from '../process/without-network.ts';
import { loadKoffi } from '../skf/index.ts';
import type { Command, CommandContext } from './command.ts';
import { findConfigs } from './find-configs.ts';
import { type KnownHere, readKnown } from './known-drivers.ts';

/** As `onelock doctor` prints them; see tools/src/doctor/finding.ts. */
export interface DriverFinding {
  readonly id: string;
  readonly state: 'ok' | 'missing' | 'problem';
  readonly zh: FindingWords;
  readonly en: FindingWords;
}

interface FindingWords {
  readonly title: string;
  readonly found: string;
  readonly fix?: string;
}

const day = 24 * 3600 * 1000;
const soonDays = 30;
const pcscSockets = ['/run/pcscd/pcscd.comm', '/var/run/pcscd/pcscd.comm'];
const pcscDaemons = ['/usr/sbin/pcscd', '/usr/bin/pcscd'];

/** `driver doctor`: what keys need on this computer. Nothing is changed. */
export const doctorCommand: Command = {
  options: {},
  words: [0, 0],
  async run(_words, _options, context) {
    const known = readKnown(context);
    const configs = findConfigs(undefined, context.environment, known.installed);
    const findings = [
      koffi(),
      ...smartCards(),
      ...networkIsolation(),
      ...catalogue(known.contents, context),
      ...problems(known.contents),
      ...(await Promise.all(configs.map(driver))),
      ...refused(known),
    ];
    const broken = findings.some(({ state }) => state === 'problem');
    return { text: show(findings, context.locale), json: { findings }, status: broken ? 1 : 0 };
  },
};

function koffi(): DriverFinding {
  const title = { zh: 'SKF 与读卡组件 (koffi)', en: 'SKF and card binding (koffi)' };
  try {
    loadKoffi('doctor');
    return finding('koffi', 'ok', [title.zh, '可用'], [title.en, 'loads']);
  } catch (error) {
    const found = String(error);
    const fix = ['重新运行 npm start 安装', 'Run npm start to install it again'] as const;
    return finding('koffi', 'missing', [title.zh, found, fix[0]], [title.en, found, fix[1]]);
  }
}

function smartCards(): readonly DriverFinding[] {
  if (process.platform !== 'linux') return [];
  const titles = ['智能卡服务 (pcscd)', 'Smart-card service (pcscd)'] as const;
  if (pcscSockets.some((file) => existsSync(file)))
    return [finding('pcscd', 'ok', [titles[0], '正在运行'], [titles[1], 'running'])];
  const installed = pcscDaemons.some((file) => existsSync(file));
  const found = installed
    ? (['已安装，未运行', 'installed, not running'] as const)
    : (['未安装', 'not installed'] as const);
  const fix = installed ? 'systemctl start pcscd.socket' : 'apt-get install pcscd';
  return [finding('pcscd', 'missing', [titles[0], found[0], fix], [titles[1], found[1], fix])];
}

/** What keeps vendors' libraries off the network; other systems have no such layer yet, whatever is installed. */
function networkIsolation(): readonly DriverFinding[] {
  if (process.platform !== 'linux') return [];
  const titles = ['驱动进程的网络隔离', 'Driver processes without a network'] as const;
  if (withoutNetwork() !== null)
    return [finding('driver-isolation', 'ok', [titles[0], '有效'], [titles[1], 'in force'])];
  const fix = ['请安装 util-linux，并允许用户命名空间', 'Install util-linux and allow user namespaces'] as const;
  const found = [
    '本机做不到，驱动进程能访问网络',
    'not possible here: driver processes can reach the network',
  ] as const;
  return [finding('driver-isolation', 'missing', [titles[0], found[0], fix[0]], [titles[1], found[1], fix[1]])];
}

function catalogue(
  { catalogue: present, catalogueSignerNotAfter }: StoreContents,
  { now }: CommandContext,
): readonly DriverFinding[] {
  const titles = ['驱动目录', 'Driver catalogue'] as const;
  if (present === null) return [finding('driver-catalogue', 'ok', [titles[0], '未采用'], [titles[1], 'none taken'])];
  const { version, nextUpdate, drivers, recalls } = present;
  const found = `v${version}, ${drivers.length} + ${recalls.length}, → ${nextUpdate}`;
  const stale = Date.parse(nextUpdate) < now().getTime();
  const ends = catalogueSignerNotAfter === null ? Number.POSITIVE_INFINITY : Date.parse(catalogueSignerNotAfter);
  const ending = ends - now().getTime() < soonDays * day;
  const fixZh = stale
    ? '目录已过更新时间，请联网或导入新目录'
    : ending
      ? '目录签名证书即将到期，请联系交易中心'
      : undefined;
  const fixEn = stale
    ? 'Its next update is past: connect, or import a newer one'
    : ending
      ? 'The certificate of its signer ends soon: tell the trading centre'
      : undefined;
  const state = stale || ending ? 'missing' : 'ok';
  return [finding('driver-catalogue', state, [titles[0], found, fixZh], [titles[1], found, fixEn])];
}

function problems({ problems: all }: StoreContents): readonly DriverFinding[] {
  return all.map(({ file, reason }) =>
    finding(
      `driver-file-${file}`,
      'problem',
      [`驱动文件 ${file}`, describeError(reason.code, reason.params, 'zh-CN'), '请重新导入'],
      [`Driver file ${file}`, describeError(reason.code, reason.params, 'en'), 'Import it again'],
    ),
  );
}

/** Whether its library loads, in its host, as it will. */
async function driver(config: DriverConfig): Promise<DriverFinding> {
  const titles = [`驱动 ${config.id}`, `Driver ${config.id}`] as const;
  const id = `driver-${config.id}`;
  // Starting it would make the folder.
  if (config.family === 'soft' && !existsSync(config.folder))
    return finding(id, 'ok', [titles[0], '没有软件介质'], [titles[1], 'no file tokens']);
  try {
    const hosted = await startHostedDriver(config, { program: 'onelock driver doctor' });
    const { vendor, version } = hosted.info;
    await hosted.close();
    return finding(id, 'ok', [titles[0], `${vendor} ${version} 可加载`], [titles[1], `${vendor} ${version} loads`]);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    const found = (locale: Locale): string => `${describeError(error.code, error.params, locale)} [${error.code}]`;
    // Whoever has it could load it.
    if (error.code === 'ERR_DRIVER_IN_USE')
      return finding(id, 'ok', [titles[0], inUse(error, 'zh-CN')], [titles[1], inUse(error, 'en')]);
    const fix = ['请安装或重装厂商驱动', "Install the vendor's driver again"] as const;
    return finding(id, 'problem', [titles[0], found('zh-CN'), fix[0]], [titles[1], found('en'), fix[1]]);
  }
}

function inUse({ params: { program = '', pid = 0 } }: CodedError, locale: Locale): string {
  return locale === 'en' ? `in use by ${program} (process ${pid})` : `正由 ${program}（进程 ${pid}）使用`;
}

function refused({ installed }: KnownHere): readonly DriverFinding[] {
  return installed.flatMap(({ manifest, state, cause }) => {
    if (state !== 'refused' || cause === null) return [];
    const found = (locale: Locale): string => describeError(cause.code, cause.params, locale);
    return [
      finding(
        `driver-${manifest.id}`,
        'problem',
        [`驱动 ${manifest.id}`, found('zh-CN'), '请联系介质厂商取得新版驱动'],
        [`Driver ${manifest.id}`, found('en'), 'Ask the vendor for a newer driver'],
      ),
    ];
  });
}

type Words = readonly [title: string, found: string, fix?: string | undefined];

function finding(id: string, state: DriverFinding['state'], zh: Words, en: Words): DriverFinding {
  const words = ([title, found, fix]: Words): FindingWords => ({ title, found, ...(fix !== undefined && { fix }) });
  return { id, state, zh: words(zh), en: words(en) };
}

const mark = { ok: '✓', missing: '–', problem: '✗' } as const;

function show(findings: readonly DriverFinding[], locale: Locale): string {
  return findings
    .map((each) => {
      const { title, found, fix } = locale === 'en' ? each.en : each.zh;
      return `${mark[each.state]} ${title}: ${found}\n${fix === undefined ? '' : `    → ${fix}\n`}`;
    })
    .join('');
}
