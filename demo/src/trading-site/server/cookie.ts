import { sessionLifetimeMs } from './sessions.ts';

const name = 'onelock_site';

/** The session's id out of a Cookie header, or undefined. */
export function readSessionCookie(header: string | undefined): string | undefined {
  const pair = header
    ?.split(';')
    .map((text) => text.trim())
    .find((text) => text.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}

/** Scripts cannot read it and other sites' requests do not carry it. `Secure` goes with https alone. */
export function sessionCookie(id: string, origin: string): string {
  const secure = origin.startsWith('https:') ? '; Secure' : '';
  return `${name}=${id}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${sessionLifetimeMs / 1000}${secure}`;
}

export const endedCookie = `${name}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`;
