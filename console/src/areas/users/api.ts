import { call, type Page } from '../../api/call.ts';
import type { Role } from '../../area.ts';

export type KeyKind = 'certificate' | 'person';

export interface ConsoleUser {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly revokedAt: string | null;
  readonly keys: readonly {
    readonly id: string;
    readonly kind: KeyKind;
    readonly shown: string;
    readonly boundAt: string;
    readonly boundBy: string;
    readonly endedAt: string | null;
  }[];
}

/** A session that is not over. */
export interface OpenSession {
  readonly id: string;
  readonly userId: string;
  readonly userName: string;
  readonly role: Role;
  readonly begunAt: string;
  readonly seenAt: string;
  readonly expiresAt: string;
  readonly by: 'certificate' | 'code';
  /** This browser's own. */
  readonly current: boolean;
}

export interface KeyToBind {
  readonly certificate: string;
  readonly kind: KeyKind;
}

const path = '/v1/console-users';

const rolesListed: readonly Role[] = ['administrator', 'supervisor', 'operator'];

/** Users of every role: a page of each at a time, and where each goes on as the cursor. */
async function listEvery(cursor: string | undefined): Promise<Page<ConsoleUser>> {
  const after: Readonly<Partial<Record<Role, string | null>>> = cursor === undefined ? {} : JSON.parse(cursor);
  const pages = await Promise.all(
    rolesListed.map(async (role) =>
      after[role] === null ? { items: [], nextCursor: null } : consoleUsers.list(role, after[role]),
    ),
  );
  const next = Object.fromEntries(rolesListed.map((role, index) => [role, pages[index]?.nextCursor ?? null]));
  return {
    items: pages.flatMap(({ items }) => items),
    nextCursor: Object.values(next).every((one) => one === null) ? null : JSON.stringify(next),
  };
}

export const consoleUsers = {
  listEvery,
  list: (role: Role, cursor: string | undefined) => call<Page<ConsoleUser>>('GET', path, { query: { role, cursor } }),
  find: (id: string) => call<ConsoleUser>('GET', `${path}/${id}`),
  create: (body: { name: string; role: Role; key: KeyToBind }, key: string) =>
    call<ConsoleUser>('POST', path, { body, key }),
  bind: (id: string, body: KeyToBind, key: string) => call<ConsoleUser>('POST', `${path}/${id}/keys`, { body, key }),
  endKey: (id: string, keyId: string, key: string) =>
    call<ConsoleUser>('POST', `${path}/${id}/keys/end`, { body: { key: keyId }, key }),
  setRole: (id: string, role: Role, key: string) =>
    call<ConsoleUser>('POST', `${path}/${id}/role`, { body: { role }, key }),
  end: (id: string, key: string) => call<ConsoleUser>('DELETE', `${path}/${id}`, { key }),
};

export const sessions = {
  /** Of one user, or all that one may see. */
  list: async (user?: string) =>
    (await call<{ items: readonly OpenSession[] }>('GET', '/v1/console/sessions', { query: { user } })).items,
  end: (id: string, key: string) => call<{ ended: boolean }>('POST', `/v1/console/sessions/${id}/end`, { key }),
};
