import { createNodeCrypto } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { processorTime } from '../../../tools/src/test-setup/processor-time.ts';
import { sampleCatalogue, sampleManifest, signedAt, signJson, testTrust } from '../../test/driver-signing.ts';
import { encodeCanonicalJson, type Json, openSignedContent, parseManifest } from '../manifest/index.ts';
import { parseCatalogue } from './catalogue-schema.ts';

const ops = createNodeCrypto();
const runs = { numRuns: 300 };

/** Whatever is read either stands for exactly these bytes, or is refused with a code of ours, quickly. */
function readsOrRefuses(bytes: Uint8Array, parse: (bytes: Uint8Array) => unknown): void {
  const spent = processorTime();
  try {
    const value = parse(bytes);
    // Manifests of a later format are left out.
    if (!/"format":(?!1,)/.test(Buffer.from(bytes).toString('latin1')))
      expect(encodeCanonicalJson(value as Json)).toEqual(bytes);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    expect(error.code).toMatch(/^ERR_DRIVER_MANIFEST_/);
  }
  expect(spent()).toBeLessThan(10_000);
}

const seeds = [sampleManifest(), sampleCatalogue()].map((value) => encodeCanonicalJson(value as Json));

/** A seed with some of its bytes changed, left out or doubled. */
const mutated = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'drop', 'double')), { maxLength: 4 }),
  )
  .map(([seed, changes]) => {
    let bytes = [...seed];
    for (const [place, value, how] of changes) {
      const at = place % bytes.length;
      if (how === 'set') bytes[at] = value;
      else if (how === 'drop') bytes = [...bytes.slice(0, at), ...bytes.slice(at + 1 + (value % 8))];
      else bytes = [...bytes.slice(0, at), ...bytes.slice(at, at + (value % 16)), ...bytes.slice(at)];
    }
    return Uint8Array.from(bytes);
  });

describe('what is read of drivers', () => {
  it('is read as it was written, or refused with a code: any bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), mutated), (bytes) => {
        readsOrRefuses(bytes, parseManifest);
        readsOrRefuses(bytes, parseCatalogue);
      }),
      runs,
    );
  });

  it('never is what its keeper did not sign: any bytes of a signed file changed', () => {
    const signed = signJson(sampleManifest());
    const { content } = openSignedContent(signed, testTrust, signedAt, ops);
    fc.assert(
      fc.property(fc.nat(signed.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Uint8Array.from(signed);
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        try {
          expect(openSignedContent(bytes, testTrust, signedAt, ops).content).toEqual(content);
        } catch (error) {
          if (!isCodedError(error)) throw error;
          expect(error.code).toMatch(/^ERR_DRIVER_MANIFEST_/);
        }
      }),
      runs,
    );
  });
});
