import type { Ticket } from './server.ts';

/** An application that was made on this computer, so that its applicant finds it again. */
export interface Kept extends Ticket {
  readonly company: string;
  readonly at: string;
}

const place = 'onelock-applications';
const most = 20;

export function keptApplications(): readonly Kept[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(place) ?? '[]');
    return Array.isArray(found) ? found.filter(isKept) : [];
  } catch {
    // Storage that is shut or holds something else: the page works without it.
    return [];
  }
}

export function keep(one: Kept): void {
  write([one, ...keptApplications().filter(({ id }) => id !== one.id)].slice(0, most));
}

export function forget(id: string): void {
  write(keptApplications().filter((one) => one.id !== id));
}

function write(all: readonly Kept[]): void {
  try {
    localStorage.setItem(place, JSON.stringify(all));
  } catch {
    // As above.
  }
}

function isKept(value: unknown): value is Kept {
  const one = value as Partial<Record<keyof Kept, unknown>> | null;
  return one !== null && [one.id, one.key, one.company, one.at].every((field) => typeof field === 'string');
}

/** The address by which an application is found from another computer: its key stands behind the `#`, which no server is sent. */
export const linkTo = ({ id, key }: Ticket): string => `${location.origin}${location.pathname}#${id}.${key}`;

export function ticketInAddress(): Ticket | null {
  const [, id, key] = /^#(app_[0-9a-f]{32})\.([\w-]{20,100})$/.exec(location.hash) ?? [];
  return id === undefined || key === undefined ? null : { id, key };
}
