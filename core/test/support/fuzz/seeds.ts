import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDer } from '@onelock/core/asn1';
import { decodePem } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import { madeSeeds } from './made-seeds.ts';

const ours = fileURLToPath(new URL('../../../../vectors', import.meta.url));
const published =
  process.env.ONELOCK_VECTORS ?? fileURLToPath(new URL('../../../../../shared/vectors', import.meta.url));
const folders = ['pki', 'cms', 'hostile', 'pkits'].map((name) => path.join(ours, name));
const others = ['gm-x509', 'cms', 'crl', 'tsp', 'x509-edge', 'revocation'].map((name) => path.join(published, name));
const mostBytes = 64 * 1024;

/**
 * Real bytes of every form we read, DER out of PEM as well; text stays for the parser of PEM. Without the published folder
 * those of our own and what is made now must do.
 */
export function fuzzSeeds(): readonly Uint8Array[] {
  const files = [...folders, ...others].filter((folder) => existsSync(folder)).flatMap(filesBelow);
  const read = files.filter((file) => statSync(file).size <= mostBytes).flatMap(seedsOf);
  return [...read, ...tokensIn(read), ...madeSeeds()];
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.json') && !entry.name.endsWith('.md'))
    .map(({ parentPath, name }) => path.join(parentPath, name))
    .sort();
}

function seedsOf(file: string): readonly Uint8Array[] {
  const bytes = new Uint8Array(readFileSync(file));
  try {
    return [bytes, ...decodePem(Buffer.from(bytes).toString('latin1')).map((block) => block.bytes)];
  } catch (error) {
    if (isCodedError(error)) return [bytes];
    throw error;
  }
}

/** Time-stamp tokens stand inside of the responses that bring them: the second element of the SEQUENCE. */
function tokensIn(seeds: readonly Uint8Array[]): readonly Uint8Array[] {
  return seeds.flatMap((seed) => {
    try {
      const fields = readDer(seed).sequence();
      fields.next();
      const second = fields.next();
      return second.constructed && second.contentLength > 400 ? [second.der.slice()] : [];
    } catch (error) {
      if (isCodedError(error)) return [];
      throw error;
    }
  });
}
