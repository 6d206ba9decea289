import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface SystemPart {
  readonly package: string;
  /** A file that is there when the package is. */
  readonly provides: readonly string[];
}

export const tokenLibrary: SystemPart = {
  package: 'softhsm2',
  provides: [
    '/usr/lib/softhsm/libsofthsm2.so',
    '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
    '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  ],
};
export const openssl: SystemPart = { package: 'openssl', provides: ['/usr/bin/openssl'] };
export const browser: SystemPart = { package: 'chromium', provides: ['/usr/bin/chromium', '/usr/bin/google-chrome'] };
export const chineseFont: SystemPart = {
  package: 'fonts-noto-cjk',
  provides: ['/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc'],
};
/** A display for the one test that opens a real application window. */
export const display: SystemPart = { package: 'xvfb', provides: ['/usr/bin/Xvfb'] };
/** The database of several nodes; the tests start one of their own from its programs. */
export const database: SystemPart = {
  package: 'postgresql-15',
  provides: [
    '/usr/lib/postgresql/15/bin/initdb',
    '/usr/lib/postgresql/16/bin/initdb',
    '/usr/lib/postgresql/17/bin/initdb',
  ],
};
/** The compiler whose WASM is committed, and its linker: the freshness check needs them, nothing that runs does. */
export const wasmCompiler: SystemPart = { package: 'clang-14', provides: ['/usr/bin/clang-14'] };
export const wasmLinker: SystemPart = { package: 'lld-14', provides: ['/usr/bin/wasm-ld-14'] };

/** What the tests compile their SKF library with, which stands for a vendor's; nothing that runs needs them. */
export const cCompiler: SystemPart = { package: 'gcc', provides: ['/usr/bin/gcc', '/usr/local/bin/gcc'] };
export const opensslHeaders: SystemPart = {
  package: 'libssl-dev',
  provides: ['/usr/include/openssl/evp.h', '/usr/local/include/openssl/evp.h'],
};

/** Checks the unit of the service; nothing that runs needs it. */
export const unitChecker: SystemPart = { package: 'systemd', provides: ['/usr/bin/systemd-analyze'] };

/** Readers without hardware: the smart-card daemon, and the driver whose cards come over TCP. */
export const cardDaemon: SystemPart = { package: 'pcscd', provides: ['/usr/sbin/pcscd'] };
export const virtualReaders: SystemPart = {
  package: 'vsmartcard-vpcd',
  provides: ['/usr/lib/pcsc/drivers/serial/libifdvpcd.so'],
};
/** Another program's opinion of our virtual PIV card. */
export const cardTools: SystemPart = {
  package: 'opensc',
  provides: ['/usr/bin/pkcs15-tool', '/usr/local/bin/pkcs15-tool'],
};

const present = (part: SystemPart): boolean => part.provides.some((file) => existsSync(file));

/**
 * Installs missing Debian packages when this is Debian and we are root; otherwise says what is missing and why it
 * stays so. Nothing fails here: whoever needs a part skips with the reason, or fails under ONELOCK_REQUIRE_REAL=1.
 */
export function installSystemParts(parts: readonly SystemPart[]): void {
  const missing = parts.filter((part) => !present(part)).map((part) => part.package);
  if (missing.length === 0) return;
  const names = missing.join(' ');
  if (!existsSync('/usr/bin/apt-get')) {
    process.stderr.write(
      `[onelock] 缺少 ${names}，本系统没有 apt-get，请自行安装 / missing ${names}; this system has no apt-get, install them yourself\n`,
    );
    return;
  }
  if (process.getuid?.() !== 0) {
    process.stderr.write(
      `[onelock] 缺少 ${names}，可执行 sudo apt-get install ${names} / missing ${names}; install them with sudo apt-get install ${names}\n`,
    );
    return;
  }
  process.stderr.write(`[onelock] 安装系统软件包 / installing Debian packages: ${names} …\n`);
  const options = {
    stdio: ['ignore', 'ignore', 2] as ['ignore', 'ignore', 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  spawnSync('apt-get', ['update', '-q'], options);
  const result = spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], options);
  if (result.status !== 0) process.stderr.write(`[onelock] 未能安装 ${names} / could not install ${names}\n`);
}
