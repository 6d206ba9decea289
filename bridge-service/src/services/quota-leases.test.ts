import { describe, expect, it } from 'vitest';
import { createQuotaLeases, type QuotaLeases } from './quota-leases.ts';

type Take = (
  callerId: string,
  start: string,
  ask: { want: number; giveBack: number; limit: number },
) => {
  granted: number;
  taken: number;
};

/** A database of one number a minute, that counts how often it is asked. */
function shared() {
  const windows = new Map<string, number>();
  let asked = 0;
  const take: Take = (callerId, start, { want, giveBack, limit }) => {
    asked += 1;
    const before = Math.max(0, (windows.get(`${callerId} ${start}`) ?? 0) - giveBack);
    const granted = Math.max(0, Math.min(want, limit - before));
    windows.set(`${callerId} ${start}`, before + granted);
    return { granted, taken: before + granted };
  };
  const quotas = { take: async (...given: Parameters<Take>) => take(...given), deleteBefore: async () => 0 };
  const transaction = async (work: (repositories: never) => Promise<unknown>) => work({ quotas } as never);
  return { store: { transaction: transaction as never }, asked: () => asked };
}

const allowedOf = async (leases: QuotaLeases, tries: number, limit: number): Promise<number> => {
  let allowed = 0;
  for (let index = 0; index < tries; index++) if ((await leases.take('c', limit)).allowed) allowed += 1;
  return allowed;
};

describe('a quota that nodes lease in slices', () => {
  it('allows as much as the limit on one node, and asks some twenty times', async () => {
    const { store, asked } = shared();
    const leases = createQuotaLeases(store, () => 0);
    expect(await allowedOf(leases, 1_500, 1_000)).toBe(1_000);
    expect(asked()).toBeLessThanOrEqual(22);
  });

  it('allows no more on several nodes together, however requests come', async () => {
    const { store } = shared();
    const nodes = [1, 2, 3].map(() => createQuotaLeases(store, () => 0));
    const allowed = await Promise.all(nodes.map((node) => allowedOf(node, 500, 600)));
    const sum = allowed.reduce((total, one) => total + one, 0);
    expect(sum).toBe(600);
  });

  it('serves requests that come at once, and refuses without asking when nothing is left', async () => {
    const { store, asked } = shared();
    const leases = createQuotaLeases(store, () => 0);
    const answers = await Promise.all(Array.from({ length: 50 }, () => leases.take('c', 7)));
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(7);
    const before = asked();
    expect(await allowedOf(leases, 100, 7)).toBe(0);
    expect(asked()).toBe(before);
  });

  it('begins anew with each minute', async () => {
    const { store } = shared();
    let now = 30_000;
    const leases = createQuotaLeases(store, () => now);
    expect(await allowedOf(leases, 5, 3)).toBe(3);
    expect((await leases.take('c', 3)).resetMs).toBe(30_000);
    now = 60_000;
    expect(await allowedOf(leases, 5, 3)).toBe(3);
  });

  it('counts what was used when the limit changes', async () => {
    const { store } = shared();
    const leases = createQuotaLeases(store, () => 0);
    expect(await allowedOf(leases, 10, 1_000)).toBe(10);
    expect(await allowedOf(leases, 10, 15)).toBe(5);
    expect(await allowedOf(leases, 10, 1_000)).toBe(10);
  });

  it('tells the failure of the database to whoever waits for it', async () => {
    const store = { transaction: async () => Promise.reject(new Error('gone')) };
    const leases = createQuotaLeases(store as never, () => 0);
    await expect(leases.take('c', 10)).rejects.toThrow('gone');
  });
});
