import { utf8Decode } from '@onelock/core/bytes';
import { parseSignedData } from '@onelock/core/cms';
import { formatName, parseCertificate } from '@onelock/core/x509';
import type { Ports } from './ports/ports.ts';
import { newestDriverCatalogue } from './publish-driver-catalogue.ts';

export interface DescribedCatalogue {
  readonly version: number;
  readonly digest: string;
  readonly publishedAt: string;
  /** Caller id. */
  readonly publishedBy: string;
  readonly issuedAt: string | null;
  readonly nextUpdate: string | null;
  /** Subject of the first certificate that came with the signature. */
  readonly signer: string | null;
  readonly drivers: readonly {
    readonly id: string;
    readonly version: number;
    readonly name: Words;
    readonly vendor: string;
    readonly family: string;
    readonly systems: readonly string[];
  }[];
  /** What must not be used any more: a driver (up to a version), or a library by its SHA-256. */
  readonly recalls: readonly {
    readonly what: string;
    readonly upToVersion: number | null;
    readonly reason: Words;
    readonly at: string | null;
  }[];
}

interface Words {
  readonly 'zh-CN': string;
  readonly en: string;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * What the newest published catalogue says, for people. Agents read the signed bytes themselves; here only what is shown is taken from
 * them, and what is not there is left out.
 *
 * @throws {CodedError} ERR_REQUEST_NOT_FOUND when none was ever published
 */
export async function describeDriverCatalogue(ports: Ports): Promise<DescribedCatalogue> {
  const { version, digest, publishedAt, publishedBy, signed } = await newestDriverCatalogue(ports);
  const { content, certificates } = parseSignedData(signed);
  const catalogue = content === null ? {} : objectOf(JSON.parse(utf8Decode(content)));
  const [certificate] = certificates;
  return {
    ...{ version, digest, publishedAt, publishedBy },
    issuedAt: instantOf(catalogue.issuedAt),
    nextUpdate: instantOf(catalogue.nextUpdate),
    signer: certificate === undefined ? null : formatName(parseCertificate(certificate).subject),
    drivers: listOf(catalogue.drivers).map((driver) => ({
      ...{ id: textOf(driver.id), version: Number(driver.version) || 0, family: textOf(driver.family) },
      name: wordsOf(driver.name),
      vendor: textOf(objectOf(driver.vendor).name),
      systems: [...new Set(listOf(driver.libraries).map((library) => textOf(library.system)))].filter(
        (one) => one !== '',
      ),
    })),
    recalls: listOf(catalogue.recalls).map((recall) => ({
      what: textOf(recall.driver) || textOf(recall.librarySha256),
      upToVersion: typeof recall.upToVersion === 'number' ? recall.upToVersion : null,
      ...{ reason: wordsOf(recall.reason), at: instantOf(recall.at) },
    })),
  };
}

const objectOf = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(objectOf) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const wordsOf = (value: unknown): Words => {
  const words = objectOf(value);
  return { 'zh-CN': textOf(words['zh-CN']), en: textOf(words.en) };
};
const instantOf = (value: unknown): string | null =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : null;
