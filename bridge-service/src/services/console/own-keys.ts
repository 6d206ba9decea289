import { toHex } from '@onelock/core/bytes';
import type { Certificate } from '@onelock/core/x509';
import type { Ports } from '../ports/ports.ts';
import { readIdentity } from '../registry/read-identity.ts';
import { personValue } from './person-value.ts';

/** Whether a certificate can be somebody's own: one that is bound to them, or any where none is bound. */
export async function mayBeOf(ports: Ports, callerId: string, certificate: Certificate): Promise<boolean> {
  const keys = (await ports.store.console.keysOf([callerId])).filter(({ endedAt }) => endedAt === null);
  if (keys.length === 0) return true;
  const digest = toHex(ports.ops.digest('sm3', certificate.der));
  const person = personValue(ports, await readIdentity(ports, ports.store, certificate));
  return keys.some(({ kind, value }) => value === (kind === 'certificate' ? digest : person?.value));
}
