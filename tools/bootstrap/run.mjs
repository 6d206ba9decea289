// Bootstraps from whatever Node and npm the machine has (20 or newer; tried with 20), then hands over to the pinned Node.
// Plain JavaScript on purpose: nothing is installed yet when this file runs.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode } from './pinned-node.mjs';
import { whenOrphaned } from './when-orphaned.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

function say(text) {
  process.stderr.write(`[onelock] ${text}\n`);
}

function run(command, args, options = {}) {
  // npm and npx are .cmd files on Windows, which only a shell can start there.
  return spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
    ...options,
  });
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'package.json', 'pnpm-workspace.yaml'])
    hash.update(readFileSync(path.join(root, file)));
  hash.update(`${process.platform} ${process.arch}`);
  return hash.digest('hex');
}

function install() {
  const stampFile = path.join(root, 'node_modules/.onelock-installed');
  const wanted = fingerprint();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return;
  const packageManager = `pnpm@${JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).config.pnpm}`;
  say(`安装依赖 / installing dependencies (${packageManager}) …`);
  const result = run('npx', ['--yes', packageManager, 'install', '--frozen-lockfile'], {
    env: { ...process.env, CI: 'true' },
  });
  if (result.status !== 0) {
    say('依赖安装失败，请检查网络和 npm 源设置 / installing failed: check the network and the npm registry setting');
    process.exit(1);
  }
  buildNativeParts();
  linkCommand();
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, wanted);
}

/** Lets `npx onelock` and `npm exec onelock` find the workspace's own command. */
function linkCommand() {
  const link = path.join(root, 'node_modules/.bin/onelock');
  if (process.platform === 'win32' || existsSync(link)) return;
  mkdirSync(path.dirname(link), { recursive: true });
  symlinkSync('../../tools/bin/onelock.mjs', link);
}

/** pkcs11js is the one part that must compile. Without a compiler everything else works and says what is missing. */
function buildNativeParts() {
  buildNativePart({
    folder: 'drivers/node_modules/pkcs11js',
    name: 'pkcs11js',
    zh: 'PKCS#11 组件',
    en: 'the PKCS#11 part',
    without: '其余功能不受影响 / everything else works',
  });
}

/** Our own SM2, SM3 and SM4, when its sources changed since it was last tried; without a compiler WASM does the same, slower. */
function buildEngine() {
  const folder = 'core/native';
  const sources = path.join(root, folder, 'src');
  if (!existsSync(sources)) return;
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of readdirSync(sources).sort()) hash.update(readFileSync(path.join(sources, file)));
  hash.update(readFileSync(path.join(root, folder, 'binding.gyp')));
  const wanted = hash.digest('hex');
  const stampFile = path.join(root, 'node_modules/.onelock-engine');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return;
  buildNativePart({
    folder,
    name: 'onelock-gm',
    zh: '国密加速组件',
    en: 'the fast SM2, SM3 and SM4 part',
    without: '改用 WASM，功能相同、速度较慢 / WASM does the same, slower',
  });
  writeFileSync(stampFile, wanted);
}

/** Compiles with node-gyp what can be compiled here, and says what that costs where it cannot. */
function buildNativePart({ folder, name, zh, en, without }) {
  const moduleFolder = path.join(root, folder);
  if (!existsSync(moduleFolder)) return;
  const node = pinnedNode(root);
  const nodeGyp = path.join(root, 'node_modules/node-gyp/bin/node-gyp.js');
  say(`编译${zh} / compiling ${en} …`);
  const result = spawnSync(
    node.executable,
    [nodeGyp, 'rebuild', ...(node.headers ? [`--nodedir=${node.headers}`] : [])],
    {
      cwd: moduleFolder,
      encoding: 'utf8',
    },
  );
  if (result.status !== 0) {
    say(
      `未能编译${zh}（需要 C++ 编译器、make 和 Python 3）/ ${en} was not compiled (it needs a C++ compiler, make and Python 3)：${without}`,
    );
    mkdirSync(path.join(root, '.onelock'), { recursive: true });
    writeFileSync(
      path.join(root, `.onelock/${name}-build.log`),
      `${result.stdout ?? ''}\n${result.stderr ?? result.error ?? ''}`,
    );
  }
}

const [task, ...rest] = process.argv.slice(2);
if (task === undefined) {
  say('usage: node tools/bootstrap/run.mjs TASK [ARGUMENT …]');
  process.exit(2);
}
install();
buildEngine();
const node = pinnedNode(root);
const child = spawn(
  node.executable,
  ['--conditions=onelock-source', path.join(root, `tools/src/tasks/${task}.ts`), ...rest],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${path.dirname(node.executable)}${path.delimiter}${process.env.PATH ?? ''}` },
  },
);
// Ctrl-C reaches the whole foreground group; the task decides when it is done, and its status is ours.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// Under npm alone: who runs this by itself may well go away and leave it running.
if (process.env.npm_lifecycle_event !== undefined) whenOrphaned(() => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
