import { shallowRef } from 'vue';
import { call, onSessionEnded } from '../api/call.ts';
import { Refusal } from '../api/refusal.ts';
import type { Role } from '../area.ts';

export interface Entered {
  readonly user: { readonly id: string; readonly name: string; readonly role: Role };
  readonly session: {
    readonly begunAt: string;
    readonly expiresAt: string;
    readonly idleMinutes: number;
    readonly by: 'certificate' | 'code';
  } | null;
}

export type SessionState =
  | { readonly kind: 'asking' }
  | { readonly kind: 'out'; readonly ended: boolean }
  | { readonly kind: 'in'; readonly entered: Entered }
  | { readonly kind: 'unreachable'; readonly error: unknown };

export const session = shallowRef<SessionState>({ kind: 'asking' });

onSessionEnded(() => {
  if (session.value.kind === 'in') session.value = { kind: 'out', ended: true };
});

/** Finds out whether this browser is logged in. */
export async function findSession(): Promise<void> {
  session.value = { kind: 'asking' };
  try {
    session.value = { kind: 'in', entered: await call<Entered>('GET', '/v1/console/session') };
  } catch (error) {
    session.value =
      error instanceof Refusal && error.status === 401
        ? { kind: 'out', ended: error.failure.code === 'ERR_CONSOLE_SESSION_ENDED' }
        : { kind: 'unreachable', error };
  }
}

export function enter(entered: Entered): void {
  session.value = { kind: 'in', entered };
}

export async function logOut(): Promise<void> {
  await call('DELETE', '/v1/console/session');
  session.value = { kind: 'out', ended: false };
}

/** Whether whoever is logged in has one of these roles. */
export function may(...roles: readonly Role[]): boolean {
  return session.value.kind === 'in' && roles.includes(session.value.entered.user.role);
}

/** The id of whoever is logged in. */
export const ownId = (): string | null => (session.value.kind === 'in' ? session.value.entered.user.id : null);
