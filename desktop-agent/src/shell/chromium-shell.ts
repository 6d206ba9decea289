import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import type { Shell, ShellWindow } from './shell.ts';
import { profilePrefix } from './stale-profiles.ts';

/** The size of the window's page plus a title bar. */
const windowSize = '520,720';

const closingGraceMs = 1_500;

/**
 * A Chromium or Edge app window: no address bar, no extensions, an empty profile of its own that is deleted afterwards, and
 * the browser's own sandbox, which is why this shell does not exist for root.
 */
export function createChromiumShell(executable: string, stateDir: string): Shell {
  return {
    name: 'chromium',
    open: async (url) => {
      await mkdir(stateDir, { recursive: true, mode: 0o700 });
      const profile = await mkdtemp(path.join(stateDir, profilePrefix));
      return startWindow(executable, profile, url);
    },
  };
}

async function startWindow(executable: string, profile: string, url: string): Promise<ShellWindow> {
  const child = spawn(
    executable,
    [
      `--app=${url}`,
      `--user-data-dir=${profile}`,
      `--window-size=${windowSize}`,
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-extensions',
      '--disable-sync',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-default-apps',
      '--disable-features=Translate,AutofillServerCommunication,MediaRouter',
      '--password-store=basic',
      '--no-service-autorun',
      '--no-proxy-server',
    ],
    // A group of its own, so that the whole browser can be ended with it.
    { stdio: 'ignore', detached: process.platform !== 'win32', env: withoutOurs(process.env) },
  );
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  // What a last process of the browser still writes to goes later, with the stale ones.
  const closed = exited
    .then(() => rm(profile, { recursive: true, force: true, maxRetries: 8, retryDelay: 100 }))
    .catch(() => undefined);
  await started(child);
  return {
    closed,
    close: async () => {
      endGroup(child, 'SIGTERM');
      const deadline = setTimeout(() => endGroup(child, 'SIGKILL'), closingGraceMs);
      await closed;
      clearTimeout(deadline);
    },
  };
}

/** A browser needs the session's variables and none of ours, among which is the service's token. */
function withoutOurs(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('ONELOCK_')));
}

function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new CodedError('ERR_AGENT_WINDOW_UNAVAILABLE', {}, { cause: error })));
  });
}

function endGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (process.platform === 'win32') {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A browser that can show an app window here, or undefined: none installed, no display, or the agent is root. */
export function findChromium(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  if (process.getuid?.() === 0) return undefined;
  if (process.platform === 'linux' && !environment.DISPLAY && !environment.WAYLAND_DISPLAY) return undefined;
  return candidates(environment).find((file) => existsSync(file));
}

function candidates(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  if (process.platform === 'win32') {
    return [environment.ProgramFiles, environment['ProgramFiles(x86)'], environment.LOCALAPPDATA]
      .filter((folder) => folder !== undefined)
      .flatMap((folder) => [
        path.join(folder, 'Microsoft/Edge/Application/msedge.exe'),
        path.join(folder, 'Google/Chrome/Application/chrome.exe'),
      ]);
  }
  if (process.platform === 'darwin') {
    return [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ];
  }
  return [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/microsoft-edge',
    '/usr/bin/browser360-cn',
    '/usr/bin/qaxbrowser-safe',
  ];
}
