// npm start: the whole thing on loopback, until Ctrl-C. Keeps its state in `.onelock/demo` of the checkout.
import { connect } from 'node:net';
import path from 'node:path';
import { agentPorts } from '@onelock/core/contract';
import { checkout } from './programs/entry.ts';
import { type RunningStack, startStack } from './stack.ts';

const servicePort = 18960;
const sitePort = 18961;

const say = (text: string): void => {
  process.stdout.write(`[onelock] ${text}\n`);
};

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const answer = (taken: boolean): void => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

function welcome({ site, service, agent, province }: RunningStack): string {
  const { manifest } = province;
  const tokens = [...manifest.softTokens, ...(manifest.softHsm === null ? [] : [manifest.softHsm])];
  const missing =
    manifest.softHsm === null
      ? '\n  （未找到 SoftHSM2 或 PKCS#11 组件，演示只用软件密钥 / no SoftHSM2 or PKCS#11 part: file keys only）'
      : '';
  return `
  一锁通已就绪 / OneLock is ready

  演示交易网站 / demonstration trading site   ${site.url}
  互认服务接口文档 / service, API pages        ${service.url}/docs
  桌面代理 / desktop agent                    ${agent.url}

  演示 PIN / PIN of every demonstration key   ${manifest.pin}
${tokens.map((token) => `    · ${token.label}: ${token.company}`).join('\n')}${missing}

  按 Ctrl-C 停止 / Ctrl-C stops everything
`;
}

async function main(): Promise<number> {
  const stopAsked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  for (const port of [servicePort, sitePort]) {
    if (!(await isTaken(port))) continue;
    say(
      `端口 ${port} 已被占用，可能已有一个一锁通在运行 / port ${port} is taken: is another OneLock running? (npm run onelock -- doctor)`,
    );
    return 1;
  }
  const starting = startStack({
    folder: path.join(checkout, '.onelock/demo'),
    ports: { service: servicePort, site: sitePort, agent: agentPorts },
    agentShell: 'auto',
    softHsm: 'when-found',
    say,
  });
  const stack = await starting;
  stack.onWindow((url) => say(`请在浏览器中打开确认窗口（仅一次有效）/ open this confirmation window once: ${url}`));
  process.stdout.write(welcome(stack));
  const failed = await Promise.race([stopAsked, stack.failed]);
  if (failed !== undefined) say(`${failed.name} 意外退出 / ended by itself:\n${failed.lastWords()}`);
  say('正在停止 / stopping …');
  await stack.stop();
  return failed === undefined ? 0 : 1;
}

process.exit(
  await main().catch((error: unknown) => {
    say(`启动失败 / could not start: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }),
);
