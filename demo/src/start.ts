#!/usr/bin/env node
// The whole demonstration on this computer, until Ctrl-C: service, province, agent, trading site.
import path from 'node:path';
import { checkout } from './programs/entry.ts';
import { inviteToConsole } from './stack/console-users.ts';
import { readSettings } from './stack/settings.ts';
import { type RunningStack, type StackOptions, startStack } from './stack.ts';

const settings = readSettings(process.env, path.join(checkout, '.onelock/demo'));

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** For people two languages, for programs one JSON line an event. */
function announce(event: string, facts: Readonly<Record<string, unknown>>, words: string): void {
  print(settings.machineOutput ? JSON.stringify({ event, program: 'demo', ...facts }) : words);
}

async function start(options: StackOptions): Promise<RunningStack | null> {
  try {
    return await startStack(options);
  } catch (error) {
    if (options.signal?.aborted === true) return null;
    process.stderr.write(`启动失败 / could not start: ${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  }
}

function whenTold(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null));
  });
}

function introduce({ province, service, site, agent }: RunningStack): void {
  const { manifest } = province;
  const tokens = [...manifest.softTokens, ...(manifest.softHsm === null ? [] : [manifest.softHsm])];
  const facts = { service: service.url, site: site.url, agent: agent.url, pin: manifest.pin, tokens };
  const keys = tokens.map(({ label, company, keys: kind }) => `    ${label}  ${keyWords[kind]}  ${company}`);
  announce(
    'ready',
    facts,
    [
      '',
      '  一锁通演示已启动，在浏览器中打开：      OneLock is running, open in a browser:',
      '',
      `    演示交易网站 / trading site      ${site.url}`,
      `    管理控制台 / console             ${service.url}/console/`,
      `    互认服务 / service, API pages    ${service.url}/docs`,
      `    网上申领 / apply online          ${service.url}/apply`,
      `    桌面代理 / desktop agent         ${agent.url}`,
      '',
      `  演示密钥，PIN 均为 ${manifest.pin} / demonstration keys, PIN ${manifest.pin}:`,
      ...keys,
      ...(manifest.softHsm === null
        ? ['    （未安装 SoftHSM2，仅文件密钥 / SoftHSM2 is not installed: file tokens only）']
        : []),
      '',
      '  控制台以证书登录：山海建设 UKey 为管理员，晨曦设计 UKey 为运营。',
      '  Log in to the console by certificate: the first key is an administrator’s, the second an operator’s.',
      '',
      '  管理员与平台凭证（仅供演示）/ credentials of administrator and platform (demonstration only):',
      `    ${path.join(province.folder, 'registration.json')}`,
      '',
      '  按 Ctrl-C 停止 / Ctrl-C stops.',
      '',
    ].join('\n'),
  );
}

const keyWords = {
  'sm2-dual': 'SM2 双证书 / dual certificate',
  rsa: 'RSA 2048',
  'sm2-trouble': '未登记机构与过期证书 / unregistered authority, expired',
  empty: '空白，供网上申领 / empty, to apply with',
} as const;

const told = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => told.abort());

const stack = await start({
  ...settings,
  signal: told.signal,
  say: (text) => announce('progress', { text }, text),
});
if (stack === null) {
  if (told.signal.aborted) announce('stopped', {}, '  已停止 / stopped');
  else process.exitCode = 1;
} else {
  stack.onWindow((url) =>
    announce(
      'window',
      { url },
      `  请在浏览器中打开以确认（仅一次有效）/ open once in a browser to confirm:\n    ${url}`,
    ),
  );
  await inviteToConsole(stack);
  introduce(stack);
  const failed = await Promise.race([stack.failed, whenTold(told.signal)]);
  if (failed !== null) {
    process.stderr.write(`${failed.name} 意外结束 / ended unexpectedly\n${failed.lastWords()}\n`);
    process.exitCode = 1;
  }
  await stack.stop();
  announce('stopped', {}, '  已停止 / stopped');
}
