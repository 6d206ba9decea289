import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../hostile/x509');
const files = readdirSync(folder).filter((file) => file.endsWith('.der'));

describe('malformed certificates', () => {
  it.each(files)('refuses %s with a code, within a second', (file) => {
    const der = new Uint8Array(readFileSync(path.join(folder, file)));
    const started = performance.now();
    let outcome: unknown;
    try {
      outcome = parseCertificate(der);
    } catch (error) {
      outcome = error;
    }
    expect(outcome).toBeInstanceOf(CodedError);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
