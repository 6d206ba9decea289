import { bytesToBase64 } from '@onelock/sdk';
import type {
  BroughtDocument,
  ChallengeFacts,
  Coded,
  DeviceFacts,
  LoginFacts,
  MessageFacts,
  SessionFacts,
  SignatureFacts,
  SiteError,
} from '../../site-api.ts';

/** What the site's own server refused with, or that it could not be reached. */
export class SiteRefusal extends Error {
  readonly code: string;
  readonly params: Coded['params'];
  readonly requestId: string | null;

  constructor({ code, params, requestId }: SiteError['error']) {
    super(code);
    this.code = code;
    this.params = params;
    this.requestId = requestId;
  }
}

const unreachable = { code: 'ERR_SERVICE_UNAVAILABLE', params: {}, requestId: null } as const;

async function ask<T>(path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(
      path,
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    );
  } catch (error) {
    if (error instanceof TypeError) throw new SiteRefusal(unreachable);
    throw error;
  }
  const answer: unknown = await response.json();
  if (!response.ok) throw new SiteRefusal((answer as SiteError).error);
  return answer as T;
}

/** The site's server, as its pages see it. */
export const site = {
  session: () => ask<SessionFacts>('/api/session'),
  challenge: () => ask<ChallengeFacts>('/api/login/challenge', {}),
  login: (token: unknown, context: DeviceFacts) => ask<LoginFacts>('/api/login', { token, context }),
  logout: () => ask<object>('/api/logout', {}),
  bring: (name: string, bytes: Uint8Array) =>
    ask<BroughtDocument>('/api/documents', { name, content: bytesToBase64(bytes) }),
  judge: (documentId: string, message: Uint8Array) =>
    ask<SignatureFacts>(`/api/documents/${documentId}/signature`, { message: bytesToBase64(message) }),
  tamper: (documentId: string) => ask<MessageFacts>(`/api/documents/${documentId}/tampering`, {}),
} as const;
