import { creditCodeCheckDigitValid, normaliseCreditCode } from '@onelock/core/identity';
import type { PreparedItem } from '../../imports/index.ts';
import type { KnownCertificate, KnownCompany } from '../ports/import-store.ts';
import type { Readings } from '../ports/store.ts';

/** What is registered, as far as a batch of rows asks, with what the rows before have added. */
export class KnownWorld {
  readonly #byDigest = new Map<string, KnownCertificate>();
  readonly #bySerial = new Map<string, KnownCertificate>();
  readonly #companies = new Map<string, KnownCompany>();

  certificate(digest: string): KnownCertificate | undefined {
    return this.#byDigest.get(digest);
  }

  sameNumber(issuerKey: string, serialNumber: string): KnownCertificate | undefined {
    return this.#bySerial.get(`${issuerKey} ${serialNumber}`);
  }

  company(creditCode: string): KnownCompany | undefined {
    return this.#companies.get(creditCode);
  }

  addCertificate(certificate: KnownCertificate): void {
    this.#byDigest.set(certificate.digest, certificate);
    this.#bySerial.set(`${certificate.issuerKey} ${certificate.serialNumber}`, certificate);
  }

  addCompany(company: KnownCompany): void {
    this.#companies.set(company.creditCode, company);
  }

  /** Learns what the database knows of what these items speak of; what was added here stays. */
  async learn({ imports }: Pick<Readings, 'imports'>, items: readonly PreparedItem[]): Promise<void> {
    const digests: string[] = [];
    const serials = new Map<string, string[]>();
    const codes = new Set<string>();
    for (const item of items) {
      for (const code of codesOf(item)) if (!this.#companies.has(code)) codes.add(code);
      const { certificate } = item;
      if (certificate === null || this.#byDigest.has(certificate.digest)) continue;
      digests.push(certificate.digest);
      const numbers = serials.get(certificate.issuerKey);
      if (numbers === undefined) serials.set(certificate.issuerKey, [certificate.serialNumber]);
      else numbers.push(certificate.serialNumber);
    }
    for (const certificate of await imports.knownCertificates(digests, serials)) this.addCertificate(certificate);
    for (const company of await imports.knownCompanies([...codes])) this.addCompany(company);
  }
}

/** A code whose shape and check character are right. */
export function validCode(text: string | undefined): string | undefined {
  const code = text === undefined ? undefined : normaliseCreditCode(text);
  return code !== undefined && creditCodeCheckDigitValid(code) ? code : undefined;
}

function codesOf({ said, carried }: PreparedItem): readonly string[] {
  const stated = validCode(said.creditCode);
  return [...(stated === undefined ? [] : [stated]), ...(carried?.valid === true ? [carried.value] : [])];
}
