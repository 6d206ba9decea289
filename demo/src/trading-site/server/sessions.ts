import { randomBytes } from 'node:crypto';
import type { LoginFacts, SignatureFacts } from '../site-api.ts';

/** A document that somebody brought, and its signature once there is one. */
export interface StoredDocument {
  readonly id: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  signature: { readonly message: Uint8Array; readonly facts: SignatureFacts } | null;
}

/** One browser's stay. Kept in memory: a demonstration forgets when it ends. */
export interface Session {
  readonly id: string;
  readonly expiresAt: number;
  /** The challenge that this browser, and no other, was given. Base64. */
  challenge: string | null;
  login: LoginFacts | null;
  readonly documents: Map<string, StoredDocument>;
}

export interface Sessions {
  open(): Session;
  find(id: string | undefined): Session | null;
  end(id: string): void;
}

export const sessionLifetimeMs = 30 * 60 * 1000;
const mostSessions = 500;

export function createSessions(clock: () => number): Sessions {
  const sessions = new Map<string, Session>();
  const forgetOld = (): void => {
    for (const [id, { expiresAt }] of sessions) {
      if (expiresAt > clock() && sessions.size < mostSessions) break;
      sessions.delete(id);
    }
  };
  return {
    open() {
      forgetOld();
      const id = randomBytes(32).toString('base64url');
      const session: Session = {
        id,
        expiresAt: clock() + sessionLifetimeMs,
        challenge: null,
        login: null,
        documents: new Map(),
      };
      sessions.set(id, session);
      return session;
    },
    find(id) {
      const session = id === undefined ? undefined : sessions.get(id);
      return session !== undefined && session.expiresAt > clock() ? session : null;
    },
    end: (id) => {
      sessions.delete(id);
    },
  };
}
