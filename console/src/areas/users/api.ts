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

export interface KeyToBind {
  readonly certificate: string;
  readonly kind: KeyKind;
}

const path = '/v1/console-users';

export const consoleUsers = {
  list: (role: Role, cursor: string | undefined) => call<Page<ConsoleUser>>('GET', path, { query: { role, cursor } }),
  find: (id: string) => call<ConsoleUser>('GET', `${path}/${id}`),
  create: (body: { name: string; role: Role; key: KeyToBind }, key: string) =>
    call<ConsoleUser>('POST', path, { body, key }),
  bind: (id: string, body: KeyToBind, key: string) => call<ConsoleUser>('POST', `${path}/${id}/keys`, { body, key }),
  endKey: (id: string, keyId: string, key: string) =>
    call<ConsoleUser>('POST', `${path}/${id}/keys/end`, { body: { key: keyId }, key }),
  end: (id: string, key: string) => call<ConsoleUser>('DELETE', `${path}/${id}`, { key }),
};
