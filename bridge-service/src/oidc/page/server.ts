import type { LoginToken } from '@onelock/sdk';

export interface Coded {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number | boolean | null>>;
}

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

/** What the service refused with; `coded` is null when it could not be reached. */
export class Refusal extends Error {
  readonly coded: Coded | null;
  readonly requestId: string;

  constructor(coded: Coded | null, requestId: string) {
    super(coded?.code ?? 'unreachable');
    this.coded = coded;
    this.requestId = requestId;
  }
}

/** The service, as this interaction of the login page speaks to it. */
export function serverOf(uid: string) {
  async function act<T>(
    name: 'challenge' | 'login' | 'failure' | 'cancel' | `phone/${'order' | 'finish' | 'cancel'}`,
    body: object,
  ): Promise<T> {
    let response: Response;
    try {
      response = await fetch(`/oidc/interaction/${uid}/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-onelock-page': 'login' },
        body: JSON.stringify(body),
      });
    } catch {
      throw new Refusal(null, '');
    }
    const answer = (await response.json()) as T & { readonly error?: Coded & { readonly requestId: string } };
    if (!response.ok) throw new Refusal(answer.error ?? null, answer.error?.requestId ?? '');
    return answer;
  }
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
