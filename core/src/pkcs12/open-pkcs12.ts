import { readDer } from '../asn1/index.ts';
import { equalBytes } from '../bytes/index.ts';
import { definiteLengths } from '../cms/index.ts';
import { digestLengths, type PrivateKey, parsePrivateKey } from '../crypto/index.ts';
import { CodedError, isCodedError } from '../errors/index.ts';
import type { Reason } from '../verdict/index.ts';
import { type Certificate, parseCertificate } from '../x509/index.ts';
import { decryptWithPassword, type KeyFileOps, orWrongPassword } from './decrypt-with-password.ts';
import { DerivationBudget } from './derivation-budget.ts';
import { derivePkcs12 } from './derive-key.ts';
import { decryptPrivateKeyWith } from './encrypted-private-key.ts';
import { type Pfx, type PfxMac, parsePfx } from './parse-pfx.ts';
import { type Password, passwordForms, passwordOf } from './password-octets.ts';
import { parseSafeContents, type SafeBag } from './safe-bag.ts';

interface Named {
  readonly friendlyName: string | null;
  readonly localKeyId: Uint8Array | null;
}

export interface Pkcs12Contents {
  /** Whether a MAC was there; when it was, it fits. Without one nothing says that the file is as it was made. */
  readonly authenticated: boolean;
  readonly keys: readonly (Named & { readonly privateKey: PrivateKey })[];
  readonly certificates: readonly (Named & { readonly certificate: Certificate })[];
  /** DER. */
  readonly crls: readonly Uint8Array[];
  /** Why each part or bag that could not be read was passed over, e.g. certificates under RC2. */
  readonly unread: readonly Reason[];
}

/**
 * Opens a PKCS#12 file (RFC 7292) with its password. The MAC is checked first where there is one. A part whose algorithm we
 * do not do is passed over and named; everything else that does not fit is an error.
 *
 * @throws {CodedError} ERR_KEY_FILE_PASSWORD_WRONG, ERR_KEY_FILE_LIMIT_EXCEEDED, and what {@link parsePfx} throws
 */
export function openPkcs12(bytes: Uint8Array, text: string, engine: KeyFileOps): Pkcs12Contents {
  const pfx = parsePfx(bytes);
  const budget = new DerivationBudget();
  const password = pfx.mac === null ? passwordOf(text) : checkMac(pfx, pfx.mac, text, engine, budget);
  const reading = new Reading(password, engine, budget);
  for (const safe of pfx.safes) {
    reading.orUnread(() => {
      const contents =
        safe.kind === 'plain'
          ? safe.contents
          : decryptWithPassword(safe.algorithmDer, safe.ciphertext, password, engine, budget);
      const bags = orWrongPassword(() => parseSafeContents(readDer(definiteLengths(contents))));
      for (const bag of bags) reading.orUnread(() => reading.take(bag));
    });
  }
  const { keys, certificates, crls, unread } = reading;
  return { authenticated: pfx.mac !== null, keys, certificates, crls, unread };
}

class Reading {
  readonly keys: (Named & { readonly privateKey: PrivateKey })[] = [];
  readonly certificates: (Named & { readonly certificate: Certificate })[] = [];
  readonly crls: Uint8Array[] = [];
  readonly unread: Reason[] = [];
  readonly #password: Password;
  readonly #engine: KeyFileOps;
  readonly #budget: DerivationBudget;

  constructor(password: Password, engine: KeyFileOps, budget: DerivationBudget) {
    this.#password = password;
    this.#engine = engine;
    this.#budget = budget;
  }

  /** What we cannot do is noted; what is broken is an error. */
  orUnread(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!isCodedError(error) || error.code !== 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED') throw error;
      this.unread.push({ code: error.code, params: error.params });
    }
  }

  take({ kind, der, friendlyName, localKeyId }: SafeBag): void {
    const named = { friendlyName, localKeyId };
    switch (kind) {
      case 'key':
        this.keys.push({ ...named, privateKey: parsePrivateKey(der) });
        break;
      case 'shrouded-key':
        this.keys.push({
          ...named,
          privateKey: decryptPrivateKeyWith(der, this.#password, this.#engine, this.#budget),
        });
        break;
      case 'certificate':
        this.certificates.push({ ...named, certificate: parseCertificate(der) });
        break;
      case 'crl':
        this.crls.push(der);
        break;
      case 'other':
        this.unread.push({ code: 'ERR_CRYPTO_ALGORITHM_UNSUPPORTED', params: { algorithm: 'PKCS#12 bag' } });
    }
  }
}

/** The form of the password that the MAC was made with. @throws {CodedError} ERR_KEY_FILE_PASSWORD_WRONG */
function checkMac(pfx: Pfx, mac: PfxMac, text: string, engine: KeyFileOps, budget: DerivationBudget): Password {
  const { digest, salt, iterations } = mac;
  const length = digestLengths[digest];
  const form = passwordForms(text).find(({ bmp }) => {
    const derivation = { digest, password: bmp, salt, iterations, purpose: 'mac', length } as const;
    const key = derivePkcs12(derivation, engine.ops, budget);
    return equalBytes(engine.ciphers.hmac(digest, key, pfx.authenticated), mac.value);
  });
  if (form === undefined) throw new CodedError('ERR_KEY_FILE_PASSWORD_WRONG');
  return form;
}
