import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkout, fromSources } from '../programs/entry.ts';
import { runBuilder } from './run-builder.ts';

interface Pages {
  /** Builder, relative to the checkout. */
  readonly builder: string;
  /** What it is made of. */
  readonly sources: readonly string[];
  /** What it makes. */
  readonly result: string;
}

const agentPages: Pages = {
  builder: 'desktop-agent/build-pages.ts',
  sources: ['desktop-agent/src/pages', 'desktop-agent/src/window', 'desktop-agent/build-pages.ts', 'core/src/messages'],
  result: 'desktop-agent/dist/pages/index.html',
};
const sitePages: Pages = {
  builder: 'demo/build-pages.ts',
  sources: ['demo/src/trading-site/pages', 'demo/build-pages.ts', 'sdk/src', 'core/src/messages'],
  result: 'demo/dist/pages/index.html',
};
const loginPage: Pages = {
  builder: 'bridge-service/build-pages.ts',
  sources: [
    'bridge-service/src/oidc/page',
    'bridge-service/src/apply/page',
    'bridge-service/src/phone/page',
    'bridge-service/src/hosted-pages',
    'bridge-service/build-pages.ts',
    'sdk/src',
    'core/src/messages',
  ],
  result: 'bridge-service/dist/pages/login.js',
};
const consolePages: Pages = {
  builder: 'console/build-pages.ts',
  sources: ['console/src', 'console/build-pages.ts', 'sdk/src', 'core/src/messages', 'core/src/errors'],
  result: 'console/dist/pages/index.html',
};

const longestBuildMs = 180_000;

/** Builds the pages of agent, trading site and service where they are missing or older than their sources. */
export async function ensurePages(say: (text: string) => void): Promise<void> {
  for (const pages of [agentPages, sitePages, loginPage, consolePages]) {
    if (isFresh(pages)) continue;
    // A build that was installed without sources comes with its pages.
    if (!fromSources) throw new Error(`${pages.result} is missing`);
    await withLock(path.join(checkout, path.dirname(pages.result), '../.pages-lock'), async () => {
      if (isFresh(pages)) return;
      say(`正在构建页面 / building the pages: ${pages.builder}`);
      await runBuilder(pages.builder);
    });
  }
}

function isFresh({ sources, result }: Pages): boolean {
  const file = path.join(checkout, result);
  if (!existsSync(file)) return false;
  return !fromSources || newestOf(sources.map((source) => path.join(checkout, source))) <= statSync(file).mtimeMs;
}

function newestOf(places: readonly string[]): number {
  return places.reduce((newest, place) => {
    const status = statSync(place, { throwIfNoEntry: false });
    if (status === undefined) return newest;
    if (!status.isDirectory()) return Math.max(newest, status.mtimeMs);
    return Math.max(newest, newestOf(readdirSync(place).map((name) => path.join(place, name))));
  }, 0);
}

/** One builder at a time, over all processes: making a folder either succeeds or tells that somebody was first. */
async function withLock(lock: string, act: () => Promise<void>): Promise<void> {
  mkdirSync(path.dirname(lock), { recursive: true });
  const deadline = Date.now() + longestBuildMs;
  while (!tryMakeFolder(lock)) {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > longestBuildMs || Date.now() > deadline) rmdirSync(lock);
    await sleep(200);
  }
  try {
    await act();
  } finally {
    rmdirSync(lock);
  }
}

function tryMakeFolder(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
