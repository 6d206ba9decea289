/** The numbers of the users that host processes become when their parent is root: uid and gid alike, both ends included. */
export const hostUsers = {
  /** For acts without a driver, such as provisioning in a new folder. */
  shared: 60_950,
  first: 60_951,
  last: 61_149,
} as const;

const slots = hostUsers.last - hostUsers.first + 1;

/** The user number of a driver that the configuration gives none: always the same for the same id. */
export function hostUserNumber(driverId: string): number {
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (const character of driverId) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hostUsers.first + (hash % slots);
}

/**
 * Numbers of drivers that stand in one list: each its own. Of two ids that fall on one number the first in the alphabet
 * keeps it, so that the order of the list does not matter.
 *
 * @param driverIds  without repetition, at most as many as there are numbers
 * @param taken      numbers that the configuration names
 */
export function hostUserNumbers(
  driverIds: readonly string[],
  taken: Iterable<number> = [],
): ReadonlyMap<string, number> {
  const used = new Set(taken);
  const numbers = new Map<string, number>();
  for (const id of driverIds.toSorted()) {
    let number = hostUserNumber(id);
    for (let tried = 0; used.has(number) && tried < slots; tried += 1)
      number = number === hostUsers.last ? hostUsers.first : number + 1;
    used.add(number);
    numbers.set(id, number);
  }
  return numbers;
}

/** Whether a file's owner is one of our host users, so that the file may be handed to another. */
export function isHostUserNumber(uid: number): boolean {
  return uid >= hostUsers.shared && uid <= hostUsers.last;
}
