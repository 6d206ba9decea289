import { parsePublicKey } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import type { Cryptoki, Handle } from './abi.ts';
import { findCertificates, findPublicKeys } from './objects.ts';

export type KeyKindName = 'rsa' | 'ec' | 'sm2' | 'ed25519';

/**
 * Of which kinds the keys of a token are, as far as anyone may see without a PIN: by its public keys and certificates. Empty for a
 * token without keys, and for one that hides them.
 */
export function visibleKeyKinds(cryptoki: Cryptoki, session: Handle): ReadonlySet<KeyKindName> {
  const kinds = new Set<KeyKindName>();
  const note = (read: () => string): void => {
    try {
      const kind = read();
      if (kind === 'rsa' || kind === 'ec' || kind === 'sm2' || kind === 'ed25519') kinds.add(kind);
    } catch (error) {
      // What is no key to us cannot be used through us.
      if (!isCodedError(error)) throw error;
    }
  };
  for (const { spki } of findPublicKeys(cryptoki, session)) note(() => parsePublicKey(spki).kind);
  for (const { der } of findCertificates(cryptoki, session))
    note(() => {
      const { basicConstraints, publicKey } = parseCertificate(der);
      return basicConstraints?.ca === true ? '' : publicKey.kind;
    });
  return kinds;
}
