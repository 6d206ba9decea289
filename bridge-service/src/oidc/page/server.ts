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
  async function act<T>(name: 'challenge' | 'login' | 'failure' | 'cancel', body: object): Promise<T> {
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
    cancel: () => act<{ readonly redirectTo: string }>('cancel', {}),
  };
}
