import { timingSafeEqual } from 'node:crypto';
import { toBase64, toHex } from '@onelock/core/bytes';
import { parsePublicKey } from '@onelock/core/crypto';
import { CodedError } from '@onelock/core/errors';
import { appendAudit } from '../append-audit.ts';
import { newId, newToken, secretDigest } from '../identifiers.ts';
import type { Phone } from '../ports/phone-records.ts';
import type { Ports } from '../ports/ports.ts';
import { readBytes, readingField } from '../read-certificates.ts';
import type { OrderAct, OrderPorts } from './order-life.ts';

export interface PhoneInput {
  /** SPKI, base64 DER. */
  readonly publicKey: string;
  /** What the phone makes of the PIN, 32 bytes in hex (docs/adr: PIN of a phone). */
  readonly pinProof: string;
}

export interface RegisteredPhone {
  readonly id: string;
  /** Shown once; the phone shows it with each request. */
  readonly key: string;
  /** 32 random bytes, base64, under which, besides the PIN, the private key is wrapped. */
  readonly share: string;
}

/**
 * Takes in a key that was just made on a phone. It counts for nothing yet: a CA has to certify it. A key that is known already is not new: with
 * another PIN and five more tries for it, whoever copied it would pass the PIN that its owner set.
 *
 * @throws {CodedError} ERR_REQUEST_INVALID for another key than SM2; ERR_ENROLMENT_KEY_USED for another phone's, or one that has a certificate
 */
export async function registerPhone(ports: OrderPorts, act: OrderAct, input: PhoneInput): Promise<RegisteredPhone> {
  const { ops, clock, personal } = ports;
  const spki = readBytes(input.publicKey, '/publicKey');
  const { kind } = readingField('/publicKey', () => parsePublicKey(spki));
  if (kind !== 'sm2') throw new CodedError('ERR_REQUEST_INVALID', { field: '/publicKey', rule: 'sm2' });
  const id = newId('pho', clock, ops);
  const key = newToken(ops);
  const share = toBase64(ops.random(32));
  const phone: Phone = {
    ...{ id, secretDigest: secretDigest(key, ops), publicKeyDigest: toHex(ops.digest('sm3', spki)) },
    ...{ pinDigest: pinDigest(ports, id, input.pinProof), share: personal.seal(share, sharePlace(id)).sealed },
    ...{ failures: 0, lockedAt: null, createdAt: clock().toISOString(), usedAt: null },
  };
  await act.transaction(async (repositories) => {
    const { publicKeyDigest: keyDigest } = phone;
    const certified = await repositories.certificates.list({ after: null, limit: 1 }, { keyDigest });
    if (certified.length > 0 || (await repositories.phones.byPublicKeyDigest(keyDigest)) !== null)
      throw new CodedError('ERR_ENROLMENT_KEY_USED');
    await repositories.phones.add(phone);
    await appendAudit(repositories, ports, {
      ...act.author,
      ...{
        action: 'phone.register',
        target: id,
        outcome: 'done',
        details: { publicKey: `sm3:${phone.publicKeyDigest}` },
      },
    });
  });
  return { id, key, share };
}

/** Keyed: a copy of the database alone tries no PINs. */
export const pinDigest = ({ personal }: Pick<Ports, 'personal'>, id: string, proof: string): string =>
  personal.digest(proof, `phones/${id} pin`);

const sharePlace = (id: string): string => `phones/${id} share`;

export function shareOf({ personal }: Pick<Ports, 'personal'>, { id, share }: Phone): string {
  const text = personal.open({ sealed: share, masked: '' }, sharePlace(id));
  if (text === null) throw new CodedError('ERR_PHONE_UNKNOWN');
  return text;
}

/** Which phone speaks, by `ID.KEY`. @throws {CodedError} ERR_PHONE_UNKNOWN */
export async function identifyPhone(
  { store, ops }: Pick<Ports, 'store' | 'ops'>,
  shown: string | undefined,
): Promise<Phone> {
  const [, id, key] = /^(pho_[0-9a-f]{32})\.([\w-]{20,100})$/.exec(shown ?? '') ?? [];
  const phone = id === undefined ? null : await store.phones.byId(id);
  if (phone === null || key === undefined || !equalText(secretDigest(key, ops), phone.secretDigest))
    throw new CodedError('ERR_PHONE_UNKNOWN');
  return phone;
}

/** In constant time, of texts of one length. */
export const equalText = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
