import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { decodePem, equalBytes } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import { type Certificate, parseCertificate, sameName } from '@onelock/core/x509';

/** CA certificates that the agent has without the service: self-issued ones are anchors, the others help to build paths. */
export interface LocalCertificates {
  readonly anchors: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
}

const none: LocalCertificates = { anchors: [], intermediates: [] };
const extensions = new Set(['.pem', '.crt', '.cer', '.der']);
const recheckMs = 2_000;

/** Reads a folder of certificates (PEM or DER), again when it changed. A file that is no certificate is named and left out. */
export class LocalTrust {
  readonly #folder: string | null;
  readonly #onUnreadable: (file: string) => void;
  #read: { stamp: string; value: LocalCertificates; lookedAt: number } = {
    stamp: '',
    value: none,
    lookedAt: Number.NEGATIVE_INFINITY,
  };

  constructor(folder: string | null, onUnreadable: (file: string) => void) {
    this.#folder = folder;
    this.#onUnreadable = onUnreadable;
  }

  certificates(): LocalCertificates {
    const now = performance.now();
    if (this.#folder === null || now - this.#read.lookedAt < recheckMs) return this.#read.value;
    const files = listFiles(this.#folder);
    const stamp = files.map((file) => `${file} ${statSync(file, { throwIfNoEntry: false })?.mtimeMs}`).join('\n');
    const value = stamp === this.#read.stamp ? this.#read.value : this.#readAll(files);
    this.#read = { stamp, value, lookedAt: now };
    return value;
  }

  /** Issuers of a certificate as far as they are known here, nearest first, without the self-issued root. */
  chainOf(certificate: Certificate): readonly Certificate[] {
    const chain: Certificate[] = [];
    const { intermediates } = this.certificates();
    let current = certificate;
    for (let depth = 0; depth < 8; depth += 1) {
      const issuer = intermediates.find(
        (candidate) => sameName(candidate.subject, current.issuer) && !chain.includes(candidate),
      );
      if (issuer === undefined) break;
      chain.push(issuer);
      current = issuer;
    }
    return chain;
  }

  #readAll(files: readonly string[]): LocalCertificates {
    const all: Certificate[] = [];
    for (const file of files) {
      try {
        for (const certificate of readCertificates(file)) {
          if (!all.some((known) => equalBytes(known.der, certificate.der))) all.push(certificate);
        }
      } catch (error) {
        if (!isCodedError(error) && (error as NodeJS.ErrnoException).code === undefined) throw error;
        this.#onUnreadable(path.basename(file));
      }
    }
    return {
      anchors: all.filter((certificate) => sameName(certificate.subject, certificate.issuer)),
      intermediates: all.filter((certificate) => !sameName(certificate.subject, certificate.issuer)),
    };
  }
}

function listFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => extensions.has(path.extname(name).toLowerCase()))
      .sort()
      .map((name) => path.join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return [];
  }
}

/** PEM and DER are told apart by content. */
function readCertificates(file: string): readonly Certificate[] {
  const bytes = new Uint8Array(readFileSync(file));
  const text = Buffer.from(bytes).toString('latin1');
  if (!text.includes('-----BEGIN ')) return [parseCertificate(bytes)];
  return decodePem(text)
    .filter((block) => block.label === 'CERTIFICATE')
    .map((block) => parseCertificate(block.bytes));
}
