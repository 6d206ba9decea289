import type { Adapter, AdapterPayload } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { secretDigest } from '../services/identifiers.ts';
import type { Ports } from '../services/ports/ports.ts';
import { clientMetadata, usableClient } from './client-metadata.ts';

type AdapterPorts = Pick<Ports, 'store' | 'clock' | 'ops' | 'personal'>;

/** What belongs to a grant, by the provider's own list of models. */
const grantModels = ['AccessToken', 'AuthorizationCode', 'RefreshToken'] as const;

/**
 * The provider's memory on our store, so that every node on one database has the same sessions. What names a record is a bearer
 * secret: only its digest is kept, and the content is encrypted.
 */
export function createAdapter(ports: AdapterPorts): (model: string) => Adapter {
  return (model) => (model === 'Client' ? clientAdapter(ports) : recordAdapter(ports, model));
}

const clientId = /^oic_[0-9a-f]{32}$/;

/** Clients come from the registry alone: nothing registers itself. */
function clientAdapter({ store }: AdapterPorts): Adapter {
  const never = async (): Promise<never> => {
    throw new errors.InvalidClient('clients are registered by administrators');
  };
  return {
    async find(id) {
      // Anybody may write anything here, a NUL too, which PostgreSQL takes in no text.
      if (!clientId.test(id)) return undefined;
      const client = await usableClient(store, id);
      return client === null ? undefined : clientMetadata(client);
    },
    ...{
      upsert: never,
      findByUserCode: never,
      findByUid: never,
      consume: never,
      destroy: never,
      revokeByGrantId: never,
    },
  };
}

function recordAdapter(ports: AdapterPorts, model: string): Adapter {
  const { store, clock, personal } = ports;
  const digest = (name: string): string => secretDigest(name, ports.ops);
  const place = (idDigest: string): string => `oidc_records/${model}/${idDigest}`;
  const now = (): string => clock().toISOString();
  const opened = (record: {
    readonly idDigest: string;
    readonly sealed: string;
    readonly consumedAt: string | null;
  }): AdapterPayload | undefined => {
    const text = personal.open({ sealed: record.sealed, masked: '' }, place(record.idDigest));
    if (text === null) return undefined;
    const payload = JSON.parse(text) as AdapterPayload;
    return record.consumedAt === null
      ? payload
      : { ...payload, consumed: Math.floor(Date.parse(record.consumedAt) / 1000) };
  };
  const read = (record: Parameters<typeof opened>[0] | null): AdapterPayload | undefined =>
    record === null ? undefined : opened(record);

  return {
    async upsert(id, payload, expiresIn) {
      const idDigest = digest(id);
      const record = {
        ...{ model, idDigest, consumedAt: null },
        sealed: personal.seal(JSON.stringify(payload), place(idDigest)).sealed,
        grantDigest: payload.grantId === undefined ? null : digest(payload.grantId),
        uidDigest: payload.uid === undefined ? null : digest(payload.uid),
        expiresAt: expiresIn === undefined ? null : new Date(clock().getTime() + expiresIn * 1000).toISOString(),
      };
      await store.transaction(({ oidc }) => oidc.put(record));
    },
    async find(id) {
      return read(await store.oidc.find(model, digest(id), now()));
    },
    async findByUid(uid) {
      return read(await store.oidc.findByUid(model, digest(uid), now()));
    },
    async findByUserCode() {
      return undefined;
    },
    async consume(id) {
      // One statement decides, whatever node asks beside: a code is worth one token.
      if (!(await store.transaction(({ oidc }) => oidc.consume(model, digest(id), now()))))
        throw new errors.InvalidGrant('already consumed');
    },
    async destroy(id) {
      await store.transaction(({ oidc }) => oidc.destroy(model, digest(id)));
    },
    async revokeByGrantId(grantId) {
      await store.transaction(async ({ oidc }) => {
        for (const one of grantModels) await oidc.destroyGrant(one, digest(grantId));
      });
    },
  };
}
