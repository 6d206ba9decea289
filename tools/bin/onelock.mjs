#!/usr/bin/env node
// The onelock command owns no knowledge: it starts the program of the part that knows. See docs/adr/0003.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode } from '../bootstrap/pinned-node.mjs';

const root = path.resolve(path.dirname(realpathSync(fileURLToPath(import.meta.url))), '../..');

/** First word → [package, program, whether the first word belongs to the program's own arguments]. */
const programs = {
  service: ['bridge-service', 'cli', false],
  audit: ['bridge-service', 'cli', true],
  report: ['bridge-service', 'cli', true],
  agent: ['desktop-agent', 'main', false],
  driver: ['drivers', 'cli', true],
  cert: ['conformance', 'cli', true],
  cms: ['conformance', 'cli', true],
  timestamp: ['conformance', 'cli', true],
  crl: ['conformance', 'cli', true],
  ocsp: ['conformance', 'cli', true],
  suite: ['conformance', 'cli', true],
  demo: ['demo', 'walk', false],
  doctor: ['tools', 'doctor/main', false],
};

const usage = `用法 / usage: onelock COMMAND …

  doctor                     检查本机 / check this computer
  service start|import|backup|restore|migrate-to-postgres|break-glass|config  互认服务 / the bridge-service
  audit verify               核验审计日志 / verify the audit log
  report verify              核验服务签名的判定报告 / verify a report that a service has signed
  agent [sites [revoke SITE]|unknown-device] 桌面代理、已授权网站、未识别介质 / the desktop agent, allowed sites, unknown devices
  driver list|add|remove|conform|doctor|report|sign  驱动与介质 / drivers and devices
  cert validate|inspect      证书 / certificates
  cms verify|inspect         签名消息 / signed messages
  timestamp verify|inspect   时间戳 / time-stamps
  crl|ocsp inspect|verify    吊销列表与 OCSP 响应 / revocation lists, OCSP responses
  suite run SUITE PATH       公开测试集 / published suites
  demo                       在终端走一遍流程 / the journeys in the terminal

  --json 机器可读输出 / machine-readable output
  退出码 / exit status: 0 通过 passed, 1 未通过或无法判定 failed or indeterminate, 2 用法或输入有误 wrong use or unreadable input
`;

const [word, ...rest] = process.argv.slice(2);
if (word === undefined || word === '--help' || word === '-h' || word === 'help') {
  process.stdout.write(usage);
  process.exit(word === undefined ? 2 : 0);
}
if (!Object.hasOwn(programs, word)) {
  process.stderr.write(`onelock: 没有命令 ${word} / there is no command ${word}\n\n${usage}`);
  process.exit(2);
}
const [owner, program, keepsWord] = programs[word];
const source = path.join(root, owner, 'src', `${program}.ts`);
if (!existsSync(path.join(root, 'node_modules/.onelock-installed'))) {
  process.stderr.write(
    'onelock: 尚未安装依赖，请先运行 npm start 或 npm test / not installed yet: run npm start or npm test first\n',
  );
  process.exit(2);
}
const child = spawn(
  pinnedNode(root).executable,
  ['--conditions=onelock-source', source, ...(keepsWord ? [word] : []), ...rest],
  { stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
