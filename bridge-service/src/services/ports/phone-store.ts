import type { Phone, PhoneOrder } from './phone-records.ts';

export interface PhoneRepository {
  add(phone: Phone): Promise<void>;
  byId(id: string): Promise<Phone | null>;
  /** @param digest  SM3 of the SPKI, hex */
  byPublicKeyDigest(digest: string): Promise<Phone | null>;
  update(phone: Phone): Promise<void>;
  /** Any at all. */
  areThere(): Promise<boolean>;
  /** Those of before the instant whose key no certificate was registered for. */
  deleteUncertifiedBefore(instant: string): Promise<number>;
}

export interface PhoneOrderRepository {
  add(order: PhoneOrder): Promise<void>;
  byId(id: string): Promise<PhoneOrder | null>;
  byTokenDigest(tokenDigest: string): Promise<PhoneOrder | null>;
  byCodeDigest(codeDigest: string): Promise<PhoneOrder | null>;
  /** Newest first. */
  ofOwner(ownerDigest: string, limit: number): Promise<readonly PhoneOrder[]>;
  /** False when somebody else has changed it since it was read. */
  update(order: PhoneOrder): Promise<boolean>;
  deleteExpiredBefore(instant: string): Promise<number>;
}
