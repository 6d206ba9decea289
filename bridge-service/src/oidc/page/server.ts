import type { LoginToken } from '@onelock/sdk';
import { askAs } from '../../hosted-pages/page/ask.ts';
import type { Coded } from '../../hosted-pages/page/refusal.ts';

/** What the agent says of the device, for the watch-list and statistics. */
export interface UseContext {
  readonly driver?: string;
  readonly deviceSerial?: string;
}

export interface Outcome {
  readonly indication: 'passed' | 'failed' | 'indeterminate';
  readonly reason: Coded | null;
  readonly loginId: string;
  readonly redirectTo?: string;
}

/** A log-in by phone, as this screen shows it. */
export interface PhoneOrder {
  readonly id: string;
  readonly state: 'shown' | 'claimed' | 'approved' | 'refused' | 'denied' | 'cancelled' | 'done' | 'expired';
  readonly checkCode: string;
  /** To be typed on the phone. */
  readonly code: string;
  readonly expiresAt: string;
  /** Last signs of the phone's name. */
  readonly phone: string | null;
  readonly contested: boolean;
  readonly reason: Coded | null;
  /** The service's own time. */
  readonly now: string;
}

/** The service, as this interaction of the login page speaks to it. */
export function serverOf(uid: string) {
  const act = <T>(
    name: 'challenge' | 'login' | 'failure' | 'cancel' | `phone/${'order' | 'finish' | 'cancel'}`,
    body: object,
  ): Promise<T> => askAs('login', `/oidc/interaction/${uid}/${name}`, { body });
  return {
    challenge: () => act<{ readonly id: string; readonly challenge: string }>('challenge', {}),
    failure: (challenge: string, code: string, context: UseContext) => act('failure', { challenge, code, context }),
    login: (token: LoginToken, context: UseContext) => act<Outcome>('login', { token, context }),
    beginPhone: () => act<PhoneOrder>('phone/order', {}),
    followPhone: (order: string) => new EventSource(`/oidc/interaction/${uid}/phone/stream?order=${order}`),
    finishPhone: (order: string) => act<{ readonly redirectTo: string }>('phone/finish', { order }),
    cancelPhone: (order: string) => act<object>('phone/cancel', { order }),
    cancel: () => act<{ readonly redirectTo: string }>('cancel', {}),
  };
}

export type Server = ReturnType<typeof serverOf>;
