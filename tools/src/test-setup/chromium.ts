import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

/** Numeric id of the conventional unprivileged user; Chromium keeps its sandbox by not running as root. */
const unprivilegedId = 65534;

const quietFlags = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface LaunchedChromium {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/**
 * Starts a real Chromium with an empty profile. As root it is started through `setpriv` as an unprivileged user, so
 * that its own sandbox works and no test needs `--no-sandbox`.
 *
 * @param executable  from `chromiumExecutable()`
 */
export async function launchChromium(
  executable: string,
  options: {
    readonly locale?: string;
    readonly viewport?: { readonly width: number; readonly height: number };
    /** Beside those that every test has, e.g. for a camera that is a file. */
    readonly args?: readonly string[];
  } = {},
): Promise<LaunchedChromium> {
  const home = mkdtempSync(path.join(tmpdir(), 'onelock-chromium-'));
  const profile = path.join(home, 'profile');
  mkdirSync(profile);
  let command = executable;
  if (process.getuid?.() === 0) {
    chownSync(home, unprivilegedId, unprivilegedId);
    chownSync(profile, unprivilegedId, unprivilegedId);
    command = path.join(home, 'chromium-unprivileged.sh');
    writeFileSync(
      command,
      `#!/bin/sh\nHOME='${home}'; export HOME\nexec setpriv --reuid=${unprivilegedId} --regid=${unprivilegedId} --clear-groups '${executable}' "$@"\n`,
    );
    chmodSync(command, 0o755);
  }
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: command,
    headless: true,
    chromiumSandbox: true,
    locale: options.locale ?? 'zh-CN',
    // For eyes: ONELOCK_COLOR_SCHEME=dark shows every page as a dark desktop does.
    colorScheme: process.env.ONELOCK_COLOR_SCHEME === 'dark' ? 'dark' : 'light',
    viewport: options.viewport ?? { width: 1280, height: 860 },
    args: [...quietFlags, ...(options.args ?? [])],
  });
  return {
    context,
    close: async () => {
      await context.close();
      // What a last process of the browser still writes is waited for.
      rmSync(home, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
