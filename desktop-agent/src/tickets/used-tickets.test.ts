import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsedTickets } from './used-tickets.ts';

const start = new Date('2026-06-01T00:00:00Z');
const later = (seconds: number): Date => new Date(start.getTime() + seconds * 1000);
const ticket = { origin: 'https://bid.example.cn', nonce: 'n'.repeat(32), issuedAt: start, until: later(65) };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'onelock-tickets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('tickets that were used', () => {
  it('count once, also for twenty at a time and after a restart', async () => {
    const used = new UsedTickets(folder, start);
    const answers = await Promise.all(Array.from({ length: 20 }, () => used.use(ticket, start)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await new UsedTickets(folder, later(1)).use(ticket, later(1))).toBe(false);
  });

  it('of another site or nonce are others', async () => {
    const used = new UsedTickets(folder, start);
    expect(await used.use(ticket, start)).toBe(true);
    expect(await used.use({ ...ticket, nonce: 'm'.repeat(32) }, start)).toBe(true);
    expect(await used.use({ ...ticket, origin: 'https://other.example' }, start)).toBe(true);
  });

  it('are forgotten once none of them could pass any more, and their nonces are not in the file', async () => {
    const used = new UsedTickets(folder, start);
    await used.use(ticket, start);
    await used.use({ ...ticket, nonce: 'm'.repeat(32), until: later(200) }, later(100));
    const text = readFileSync(path.join(folder, 'used-tickets.json'), 'utf8');
    expect(JSON.parse(text).used).toHaveLength(1);
    expect(text).not.toContain('mmmm');
  });

  it('whose file was damaged leave no ticket of before this start usable', async () => {
    await new UsedTickets(folder, start).use(ticket, start);
    writeFileSync(path.join(folder, 'used-tickets.json'), '{"format":"onelock-used-tic');
    const used = new UsedTickets(folder, later(5));
    expect(await used.use(ticket, later(6))).toBe(false);
    expect(await used.use({ ...ticket, issuedAt: later(6), nonce: 'q'.repeat(32) }, later(6))).toBe(true);
  });
});
