import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ToldThresholds } from './told-thresholds.ts';

const now = new Date('2026-06-01T00:00:00Z');
const notAfter = new Date('2026-06-20T00:00:00Z');
const [certificate, other] = [Uint8Array.of(1), Uint8Array.of(2)];
const site = 'https://bid.example.cn';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-reminders-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('a threshold that was told covers those before it, and the next one is told again', async () => {
  const told = new ToldThresholds(folder);
  await told.tell(site, certificate, 30, notAfter, now);
  expect([90, 30, 15, 7].map((days) => told.wasTold(site, certificate, days))).toEqual([true, true, false, false]);
  expect(told.wasTold('https://other.example', certificate, 30)).toBe(false);
  expect(told.wasTold(site, other, 30)).toBe(false);
  expect(new ToldThresholds(folder).wasTold(site, certificate, 30)).toBe(true);
});

it('what has ended is forgotten, and a damaged file is no obstacle', async () => {
  const told = new ToldThresholds(folder);
  await told.tell(site, certificate, 7, notAfter, now);
  await told.tell(site, other, 90, new Date('2026-08-01T00:00:00Z'), new Date('2026-06-21T00:00:00Z'));
  expect(told.wasTold(site, certificate, 7)).toBe(false);
  writeFileSync(path.join(folder, 'reminders.json'), '{');
  expect(new ToldThresholds(folder).wasTold(site, other, 90)).toBe(false);
});
