import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { toHex } from '@onelock/core/bytes';
import type { JWK } from 'oidc-provider';
import type { OidcKeyRecord } from '../services/ports/oidc-store.ts';
import type { Ports } from '../services/ports/ports.ts';

type KeyPorts = Pick<Ports, 'store' | 'clock' | 'ops' | 'personal'>;

const generate = promisify(generateKeyPair);
const dayMs = 86_400_000;

/** A key signs for so long; its successor is published this much earlier, so that everyone has it in time. */
const signingMs = 90 * dayMs;
const publishedBeforeMs = 2 * dayMs;
/** And stays published for so long after it, for tokens that it signed. */
const publishedAfterMs = 2 * dayMs;

export interface SigningKeys {
  /** Changes with the set. */
  readonly version: string;
  /** The one that signs comes first. */
  readonly jwks: readonly JWK[];
}

/** Ids of the keys that are published now, the one that signs first; and what is to be done. For tests, by time alone. */
export function planKeys(
  keys: readonly Pick<OidcKeyRecord, 'id' | 'createdAt'>[],
  now: number,
): { readonly published: readonly string[]; readonly expired: readonly string[]; readonly needsNext: boolean } {
  const aged = keys.map(({ id, createdAt }) => ({ id, age: now - Date.parse(createdAt) }));
  // A new key waits until everyone has fetched it, unless there is no other.
  const ready = aged.filter(({ age }) => age >= publishedBeforeMs);
  const signer = ready.at(-1) ?? aged.at(0);
  const kept = aged.filter(
    ({ id, age }) => id === signer?.id || age < publishedBeforeMs + signingMs + publishedAfterMs,
  );
  return {
    published: [signer, ...kept.filter(({ id }) => id !== signer?.id)].flatMap((key) => (key ? [key.id] : [])),
    expired: aged.filter((key) => !kept.includes(key)).map(({ id }) => id),
    needsNext: !aged.some(({ age }) => age < signingMs),
  };
}

/** Reads the keys that every node on the database shares; makes the next one when it is time and forgets what is over. */
export async function loadSigningKeys(ports: KeyPorts): Promise<SigningKeys> {
  const now = ports.clock().getTime();
  let records = await ports.store.oidc.keys();
  const plan = planKeys(records, now);
  if (plan.needsNext || plan.expired.length > 0) {
    const next = plan.needsNext ? await newKey(ports) : null;
    records = await ports.store.transaction(async ({ oidc }) => {
      const present = await oidc.keys();
      const decided = planKeys(present, now);
      for (const id of decided.expired) await oidc.deleteKey(id);
      // Another node may have been first.
      if (decided.needsNext && next !== null) await oidc.addKey(next);
      return oidc.keys();
    });
  }
  const { published } = planKeys(records, now);
  const byId = new Map(records.map((record) => [record.id, record]));
  const jwks = published.flatMap((id) => {
    const record = byId.get(id);
    return record === undefined ? [] : [openKey(ports, record)];
  });
  return { version: published.join(' '), jwks };
}

async function newKey({ ops, clock, personal }: KeyPorts): Promise<OidcKeyRecord> {
  const { privateKey } = await generate('rsa', { modulusLength: 2048 });
  const id = toHex(ops.random(8));
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: id, use: 'sig', alg: 'RS256' };
  return { id, sealed: personal.seal(JSON.stringify(jwk), placeOf(id)).sealed, createdAt: clock().toISOString() };
}

function openKey({ personal }: KeyPorts, { id, sealed }: OidcKeyRecord): JWK {
  const text = personal.open({ sealed, masked: '' }, placeOf(id));
  if (text === null) throw new Error(`signing key ${id} was erased`);
  return JSON.parse(text) as JWK;
}

const placeOf = (id: string): string => `oidc_keys/${id}`;
