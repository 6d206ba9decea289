import { toHex } from '@onelock/core/bytes';
import type { CryptoOps } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import type { IdentityPlace } from '@onelock/core/identity';
import { type Certificate, formatName, parseCertificate } from '@onelock/core/x509';
import { type Authority, AuthorityIndex } from '../services/authority-index.ts';
import { maskPersonalNumbers } from '../services/mask-personal-numbers.ts';
import type { CodedReason, ImportFinding } from '../services/ports/import-records.ts';
import type { RegisteredCertificate } from '../services/ports/registry-records.ts';
import { isSignedBy, keyOfName, usageOf } from '../services/registry/certificates.ts';
import { identityBy, whoTellsPlaces } from '../services/registry/read-identity.ts';
import { reasonOf } from './der-file.ts';
import { oneLine } from './text-encoding.ts';
import type { Said, UploadItem } from './upload-item.ts';

/** What of a certificate the registry keeps, and what does not hang on the registry. */
export type PreparedCertificate = Pick<
  RegisteredCertificate,
  | 'digest'
  | 'issuerKey'
  | 'serialNumber'
  | 'subject'
  | 'issuer'
  | 'notBefore'
  | 'notAfter'
  | 'keyDigest'
  | 'usage'
  | 'der'
>;

/** An item with all that can be known of it without the database. */
export interface PreparedItem {
  readonly number: number;
  readonly place: string;
  readonly said: Said;
  readonly trouble: CodedReason | null;
  readonly ignored: boolean;
  readonly certificate: PreparedCertificate | null;
  /** The code in the certificate. */
  readonly carried: { readonly value: string; readonly valid: boolean } | null;
  readonly organization: string | null;
  readonly commonName: string | null;
  readonly findings: readonly ImportFinding[];
}

/** A CA of the registry, as it crosses to another thread. */
export interface AuthorityMaterial {
  readonly caId: string;
  readonly kind: Authority['kind'];
  readonly der: Uint8Array;
  readonly digest: string;
  readonly identityPlaces: readonly IdentityPlace[];
}

const smallestModulus = 2048;
/** As the registry of companies takes them. */
const longestName = 120;

/** PostgreSQL keeps none in a text. */
const withoutNul = (text: string): string => text.replaceAll('\0', '\ufffd');

/** Reads items against the registry of CAs as it was when the reading began. */
export class ItemReader {
  readonly #ops: CryptoOps;
  readonly #now: Date;
  readonly #authorities: AuthorityIndex;
  readonly #places: ReadonlyMap<string, readonly IdentityPlace[]>;
  readonly #issuerKeys = new Map<string, string>();

  constructor(materials: readonly AuthorityMaterial[], ops: CryptoOps, now: Date) {
    this.#ops = ops;
    this.#now = now;
    this.#places = new Map(materials.map(({ caId, identityPlaces }) => [caId, identityPlaces]));
    this.#authorities = new AuthorityIndex(
      materials.map(({ caId, kind, der, digest }) => ({ caId, kind, digest, certificate: parseCertificate(der) })),
      new Map(),
    );
  }

  read(item: UploadItem, number: number): PreparedItem {
    const base: PreparedItem = {
      ...{
        number,
        place: oneLine(maskPersonalNumbers(item.place), 400),
        said: item.said,
        trouble: item.trouble ?? null,
      },
      ...{ ignored: item.ignored ?? false, certificate: null, carried: null, organization: null, commonName: null },
      findings: [],
    };
    if (item.der === undefined) return base;
    try {
      const certificate = parseCertificate(item.der);
      if (certificate.basicConstraints?.ca === true) return { ...base, ignored: true };
      return { ...base, ...this.#readCertificate(certificate) };
    } catch (error) {
      if (!isCodedError(error)) throw error;
      return { ...base, trouble: reasonOf(error) };
    }
  }

  #readCertificate(certificate: Certificate): Partial<PreparedItem> {
    const ops = this.#ops;
    const digestOf = (bytes: Uint8Array): string => toHex(ops.digest('sm3', bytes));
    const issuers = this.#authorities.named(certificate.issuer);
    const told = whoTellsPlaces(issuers, (caId) => this.#places.get(caId) ?? []);
    const { unifiedSocialCreditCode, organization, commonName } = identityBy(
      told?.caId ?? '',
      told?.places ?? [],
      certificate,
    );
    return {
      certificate: {
        ...{ digest: digestOf(certificate.der), issuerKey: this.#issuerKey(certificate) },
        ...{ serialNumber: certificate.serialNumber, usage: usageOf(certificate) },
        subject: withoutNul(maskPersonalNumbers(formatName(certificate.subject))),
        issuer: withoutNul(maskPersonalNumbers(formatName(certificate.issuer))),
        notBefore: certificate.notBefore.toISOString(),
        notAfter: certificate.notAfter.toISOString(),
        keyDigest: digestOf(certificate.spki),
        // A copy: what it is a window on is a whole file.
        der: new Uint8Array(certificate.der),
      },
      carried:
        unifiedSocialCreditCode === null
          ? null
          : { value: unifiedSocialCreditCode.value, valid: unifiedSocialCreditCode.checkDigitValid },
      organization: organization === null ? null : oneLine(organization, longestName),
      commonName: commonName === null ? null : oneLine(maskPersonalNumbers(commonName), longestName),
      findings: this.#findings(certificate, issuers),
    };
  }

  /** The same few issuers sign tens of thousands. */
  #issuerKey(certificate: Certificate): string {
    const bytes = Buffer.from(certificate.issuerDer).toString('latin1');
    let key = this.#issuerKeys.get(bytes);
    if (key === undefined) {
      key = keyOfName(certificate.issuer, this.#ops);
      if (this.#issuerKeys.size < 10_000) this.#issuerKeys.set(bytes, key);
    }
    return key;
  }

  #findings(certificate: Certificate, issuers: readonly Authority[]): readonly ImportFinding[] {
    const findings: ImportFinding[] = [];
    if (issuers.length === 0) findings.push('unknown-ca');
    else if (!issuers.some((issuer) => isSignedBy(certificate, issuer.certificate, this.#ops)))
      findings.push('signature-invalid');
    if (certificate.notAfter < this.#now) findings.push('expired');
    if (certificate.notBefore > this.#now) findings.push('not-yet-valid');
    const key = certificate.publicKey;
    if (key.kind === 'unsupported' || (key.kind === 'rsa' && key.modulusBits < smallestModulus))
      findings.push('weak-key');
    return findings;
  }
}
