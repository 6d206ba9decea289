import type { Ports } from '../ports/ports.ts';

/** What a saving is reckoned by. It is shown beside every number that rests on it. */
export interface SavingsAssumption {
  /** Keys that a company would need for each platform that it goes to, were none recognised elsewhere. */
  readonly keysPerPlatform: number;
  /** What a key costs a year, in yuan; 0: not stated, and no money is reckoned. */
  readonly keyPriceYuan: number;
}

export interface Savings {
  readonly assumption: SavingsAssumption;
  /** Companies, and certificates of no registered company, that have logged in. */
  readonly holders: number;
  /** Certificates that they did it with. */
  readonly certificates: number;
  /** Keys that they would need, each a set for every platform. */
  readonly keysWithout: number;
  readonly keysSpared: number;
  /** null: no price is stated. */
  readonly yuanSpared: number | null;
  readonly holdersByPlatforms: readonly { readonly platforms: number; readonly holders: number }[];
}

/** Keys that nobody had to buy: of every company, platforms that it logged in at, less the certificates that it used. */
export async function savings({ store }: Pick<Ports, 'store'>, assumption: SavingsAssumption): Promise<Savings> {
  const { keysPerPlatform, keyPriceYuan } = assumption;
  const visits = await store.statistics.visits(keysPerPlatform);
  return {
    assumption,
    holders: visits.holdersByPlatforms.reduce((sum, { holders }) => sum + holders, 0),
    ...{ certificates: visits.certificates, keysWithout: visits.keysWithout, keysSpared: visits.keysSpared },
    yuanSpared: keyPriceYuan === 0 ? null : visits.keysSpared * keyPriceYuan,
    holdersByPlatforms: visits.holdersByPlatforms,
  };
}
