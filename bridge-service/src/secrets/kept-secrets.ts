import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { toHex, utf8Encode } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import type { Store } from '../services/ports/store.ts';

/**
 * Secrets by which others know the service: its signature on checkpoints, reports and the registry of origins, and the names by which sites know
 * their users. A new one in the place of a lost one would make the service a stranger to all of them, without a word.
 */
const kept = [
  { name: 'signing-key.pem', mayChange: true },
  // From it comes the `sub` of everybody at every site: with another key each of them is somebody new.
  { name: 'subject-key', mayChange: false },
] as const;

type KeptPorts = { readonly store: Pick<Store, 'transaction'>; readonly ops: Pick<CryptoOps, 'digest'> };

const factOf = (name: string): string => `secret:${name}`;

/**
 * To be asked before secrets are read or made: what this database was used with is there still.
 *
 * @throws {CodedError} ERR_SERVICE_CONFIG_INVALID naming the file that is missing, or that is another one and may not be
 */
export async function requireKeptSecrets(folder: string, { store, ops }: KeptPorts): Promise<void> {
  const known = await store.transaction(async ({ facts }) =>
    Promise.all(kept.map(async ({ name }) => facts.get(factOf(name)))),
  );
  for (const [index, { name, mayChange }] of kept.entries()) {
    const was = known[index] ?? null;
    const file = path.join(folder, name);
    if (was === null) continue;
    const is = existsSync(file) ? markOf(file, ops) : null;
    if (is === was || (is !== null && mayChange)) continue;
    throw new CodedError('ERR_SERVICE_CONFIG_INVALID', { key: file, rule: `the ${name} ${was} of this database` });
  }
}

/** To be told when the service works with them. */
export async function rememberSecrets(folder: string, { store, ops }: KeptPorts): Promise<void> {
  const marks = kept.map(({ name }) => [factOf(name), markOf(path.join(folder, name), ops)] as const);
  await store.transaction(async ({ facts }) => {
    for (const [fact, mark] of marks) if ((await facts.get(fact)) !== mark) await facts.set(fact, mark);
  });
}

/** Names a secret without telling it: first 16 hex digits of an SM3 digest. */
function markOf(file: string, ops: KeptPorts['ops']): string {
  return toHex(ops.digest('sm3', utf8Encode(`onelock-kept-secret\n${readFileSync(file, 'utf8').trim()}`))).slice(0, 16);
}
