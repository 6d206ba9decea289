import type { Counted, CountKey, DeviceUse, Visit, WaitCount } from '../ports/statistics-store.ts';
import type { AuditEntryWithDetails } from '../ports/store.ts';

export interface CountingContext {
  /** CA of a certificate of the registry, by SM3 of its DER. */
  readonly caOf: ReadonlyMap<string, string>;
  /** Names of drivers that may have a row of their own: callers say them, and there must be no end of rows. */
  readonly driverOf: (said: string) => string;
}

/** Upper bounds of the classes of waiting, in seconds; the last one takes all the rest. */
export const waitClasses = [5, 10, 20, 30, 60, 120, 300] as const;

/** Actions beside whose entries there is more to know: from whose CA the certificate is. */
const judged: ReadonlySet<string> = new Set([
  ...['certificate.validate', 'signature.verify', 'login.judge', 'login.continue'],
]);
/** A certificate is in use at a platform: by a signature, or by a session that one began. */
const visiting: ReadonlySet<string> = new Set(['login.judge', 'login.continue']);

interface Details {
  readonly intermediates?: unknown;
  readonly trustAnchors?: unknown;
  readonly platform?: unknown;
  readonly certificate?: unknown;
  readonly challenge?: unknown;
  readonly driver?: unknown;
  readonly device?: unknown;
}

/** What a run of entries of the audit log comes to. Pure: the same entries always come to the same. */
export function countEntries(entries: readonly AuditEntryWithDetails[], context: CountingContext): Counted {
  const counts = new Tally<CountKey>();
  const waits = new Tally<Omit<WaitCount, 'count'>>();
  const visits = new Map<string, Visit>();
  const devices = new Map<string, DeviceUse>();
  for (const entry of entries) {
    const details = detailsOf(entry);
    const hour = entry.at.slice(0, 13);
    const platform = platformOf(entry, details);
    const ca = judged.has(entry.action) ? caOf(details, context.caOf) : '';
    const driver = context.driverOf(textOf(details.driver));
    const { action, outcome, reason } = entry;
    counts.add({ hour, action, platform, ca, driver, outcome, reason });
    if (!visiting.has(action)) continue;
    // Whoever goes on with a session has answered no challenge.
    const seconds = secondsWaited(entry.at, textOf(details.challenge));
    if (seconds !== null) waits.add({ hour, platform, ca, seconds });
    const certificateDigest = digestOf(details.certificate);
    if (outcome !== 'passed' || certificateDigest === '') continue;
    const visited = visits.get(`${certificateDigest} ${platform}`);
    visits.set(`${certificateDigest} ${platform}`, {
      ...{ certificateDigest, platform, lastAt: entry.at, logins: (visited?.logins ?? 0) + 1 },
    });
    const deviceDigest = textOf(details.device);
    if (deviceDigest === '') continue;
    const used = devices.get(`${deviceDigest} ${certificateDigest}`);
    devices.set(`${deviceDigest} ${certificateDigest}`, {
      ...{ deviceDigest, certificateDigest, driver, lastAt: entry.at, logins: (used?.logins ?? 0) + 1 },
    });
  }
  return { counts: counts.rows(), waits: waits.rows(), visits: [...visits.values()], devices: [...devices.values()] };
}

class Tally<Key extends object> {
  readonly #rows = new Map<string, Key & { count: number }>();

  add(key: Key): void {
    const name = JSON.stringify(Object.values(key));
    const row = this.#rows.get(name);
    if (row === undefined) this.#rows.set(name, { ...key, count: 1 });
    else row.count += 1;
  }

  rows(): readonly (Key & { readonly count: number })[] {
    return [...this.#rows.values()];
  }
}

/** Details may have been erased; of most acts nothing in them counts. */
function detailsOf({ action, details }: AuditEntryWithDetails): Details {
  if (details === null || !(judged.has(action) || action === 'ticket.verify' || action === 'login.give-up')) return {};
  return JSON.parse(details.details) as Details;
}

/**
 * A platform's own acts are its own. A ticket is its signer's once it has passed; before that, anybody may have put the platform's
 * name to it.
 */
function platformOf({ action, actor, role, outcome }: AuditEntryWithDetails, { platform }: Details): string {
  if (action === 'ticket.verify' && outcome === 'passed') return textOf(platform);
  return role === 'platform' ? actor : '';
}

/** The first certificate above the one in question that a registered CA owns. */
function caOf({ intermediates, trustAnchors }: Details, owners: ReadonlyMap<string, string>): string {
  for (const digest of [intermediates, trustAnchors].flat()) {
    const owner = owners.get(digestOf(digest));
    if (owner !== undefined) return owner;
  }
  return '';
}

/** The id of a challenge tells when it was given. */
function secondsWaited(at: string, challenge: string): number | null {
  const [, time] = /^chl_([0-9a-f]{12})[0-9a-f]{20}$/.exec(challenge) ?? [];
  if (time === undefined) return null;
  const seconds = (Date.parse(at) - Number.parseInt(time, 16)) / 1_000;
  return waitClasses.find((bound) => seconds <= bound) ?? waitClasses[waitClasses.length - 1] ?? null;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const digestOf = (value: unknown): string => textOf(value).replace(/^sm3:/, '');
