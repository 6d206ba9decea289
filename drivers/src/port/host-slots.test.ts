import { describe, expect, it } from 'vitest';
import { parseDriverConfigs } from './driver-config.ts';
import { hostUserNumber, hostUserNumbers, hostUsers, isHostUserNumber } from './host-slots.ts';

const ids = Array.from({ length: 150 }, (_, index) => `driver-${index}`);

describe('the user numbers of drivers', () => {
  it('stay the same for an id, within the documented range', () => {
    expect(hostUserNumber('soft')).toBe(hostUserNumber('soft'));
    expect(hostUserNumber('soft')).not.toBe(hostUserNumber('softhsm2'));
    for (const id of ids) expect(isHostUserNumber(hostUserNumber(id))).toBe(true);
    expect([hostUsers.shared - 1, hostUsers.last + 1, 0].map(isHostUserNumber)).toEqual([false, false, false]);
  });

  it('collide alone, and never among drivers of one list, in whatever order', () => {
    expect(new Set(ids.map(hostUserNumber)).size).toBeLessThan(ids.length);
    const numbers = hostUserNumbers(ids);
    expect(new Set(numbers.values()).size).toBe(ids.length);
    expect(new Map([...hostUserNumbers(ids.toReversed())].sort())).toEqual(new Map([...numbers].sort()));
    expect(hostUserNumbers(['soft'], [hostUserNumber('soft')]).get('soft')).toBe(hostUserNumber('soft') + 1);
  });

  it('are written into the configuration only where two would share one', () => {
    const [one, other] = colliding();
    const config = (id: string) => ({ id, family: 'soft', folder: `/var/lib/${id}` }) as const;
    const configs = parseDriverConfigs([config(other), config(one), config('soft')]);
    const number = hostUserNumbers([one, other]).get(other);
    expect(configs).toEqual([{ ...config(other), user: { uid: number, gid: number } }, config(one), config('soft')]);
  });
});

/** Two ids of one number, in alphabetical order, and not that of `soft`. */
function colliding(): [string, string] {
  for (const one of ids) {
    const other = ids.find((id) => id > one && hostUserNumber(id) === hostUserNumber(one));
    if (other !== undefined && hostUserNumber(one) !== hostUserNumber('soft')) return [one, other];
  }
  throw new Error('no two ids share a number');
}
