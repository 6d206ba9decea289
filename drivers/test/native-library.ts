import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const native = fileURLToPath(new URL('../native/', import.meta.url));
const engine = fileURLToPath(new URL('../../core/native/src/', import.meta.url));
const warnings = ['-Wall', '-Wextra', '-Werror', '-Wno-format-truncation'];

/** A compiled soft library; the folder goes with it. */
export interface LibraryFile {
  readonly library: string;
  remove(): void;
}

/** The C compiler, when OpenSSL's headers are there too. */
export function nativeCompiler(): string | undefined {
  const compiler = ['/usr/bin/gcc', '/usr/local/bin/gcc'].find((file) => existsSync(file));
  const headers = ['/usr/include/openssl/evp.h', '/usr/local/include/openssl/evp.h'].some((file) => existsSync(file));
  return headers ? compiler : undefined;
}

export function hasModule(name: string): boolean {
  try {
    createRequire(import.meta.url)(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Compiles one of the soft libraries the way a vendor would have, readable for every user.
 * @param crypto  `engine`: our own engine instead of OpenSSL, as on Windows; without RSA
 */
export function buildLibrary(
  compiler: string,
  kind: 'skf' | 'pkcs11',
  flags: readonly string[] = [],
  crypto: 'openssl' | 'engine' = 'openssl',
): LibraryFile {
  const folder = mkdtempSync(path.join(tmpdir(), `onelock-${kind}-library-`));
  const library = path.join(folder, `libsoft${kind}.so`);
  const sources = [kind, 'common'].flatMap((room) =>
    readdirSync(path.join(native, room))
      .filter((name) => name.endsWith('.c'))
      .map((name) => path.join(native, room, name)),
  );
  const own = ['sm2.c', 'sm3.c', 'sm4.c', 'ghash.c'].map((name) => path.join(engine, name));
  const ciphers = [`crypto-${crypto}.c`, 'za.c'].map((name) => path.join(native, 'crypto', name));
  const args = [
    ...[`-std=${crypto === 'engine' ? 'gnu11' : 'c11'}`, '-D_GNU_SOURCE', '-O1', ...warnings],
    ...['-fPIC', '-shared', '-fvisibility=hidden', ...flags, ...sources, ...ciphers],
    ...(crypto === 'engine' ? own : []),
    ...['-o', library, ...(crypto === 'openssl' ? ['-lcrypto'] : [])],
  ];
  const { status, stderr } = spawnSync(compiler, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the soft ${kind} library does not compile: ${stderr}`);
  chmodSync(folder, 0o755);
  chmodSync(library, 0o755);
  return { library, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A PIN as the soft libraries keep it. */
export function pinFile(pin: string, retries: number, factory: boolean): string {
  return `${createHash('sm3').update(pin).digest('hex')} ${retries} ${retries} ${factory ? 1 : 0}\n`;
}
