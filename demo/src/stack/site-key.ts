import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ServiceClient } from '../service-client.ts';
import { ticketKeyId } from '../trading-site/server/tickets.ts';

interface Profile {
  readonly keys: readonly { readonly id: string; readonly publicKey: string }[];
}

/** The key by which the trading site signs request tickets, made once, and registered with the trading centre as its platform's. */
export async function ensureSiteKey(folder: string, platformId: string, administrator: ServiceClient): Promise<string> {
  const file = path.join(folder, 'ticket-key.pem');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }
  const spki = createPublicKey(createPrivateKey(readFileSync(file))).export({ type: 'spki', format: 'der' });
  const publicKey = spki.toString('base64');
  const address = `/v1/platforms/${platformId}/profile`;
  const profile = await administrator.get<Profile & Readonly<Record<string, unknown>>>(address);
  if (!profile.keys.some(({ id, publicKey: known }) => id === ticketKeyId && known === publicKey)) {
    const { callerId: _caller, version: _version, updatedAt: _updated, ...kept } = profile;
    const keys = [...profile.keys.filter(({ id }) => id !== ticketKeyId), { id: ticketKeyId, publicKey }];
    await administrator.put(address, { ...kept, keys });
  }
  return file;
}
