import { CodedError } from '@onelock/core/errors';
import type { PersonalData } from '../personal-data.ts';
import type { WatchKind } from '../ports/watch-store.ts';

const forms: Readonly<Record<WatchKind, { readonly pattern: RegExp; readonly rule: string }>> = {
  certificate: { pattern: /^[0-9a-f]{64}$/, rule: 'SM3 of the certificate, 64 hex digits' },
  'key-serial': { pattern: /^[\x21-\x7e]{1,64}$/, rule: 'serial number of the device, 1 to 64 signs' },
  company: { pattern: /^[0-9A-Z]{18}$/, rule: 'unified social credit code, 18 signs' },
  person: { pattern: /^[0-9A-Z-]{5,40}$/, rule: 'number of the document, 5 to 40 signs' },
  machine: { pattern: /^[\x21-\x7e]{1,200}$/, rule: 'identifier of the machine, 1 to 200 signs' },
};

/** A value as it is compared: without spaces, letters in one case. @throws {CodedError} ERR_REQUEST_INVALID { field: '/value' } */
export function comparable(kind: WatchKind, value: string): string {
  const bare = value.replaceAll(/\s/g, '');
  const folded = kind === 'certificate' ? bare.toLowerCase() : bare.toUpperCase();
  const { pattern, rule } = forms[kind];
  if (!pattern.test(folded)) throw new CodedError('ERR_REQUEST_INVALID', { field: '/value', rule });
  return folded;
}

/** What an entry and a use meet by. Keyed: numbers of documents are few enough to be tried out. */
export function watchDigest(personal: PersonalData, kind: WatchKind, value: string): string {
  return personal.digest(value, `watchlist/${kind}`);
}
