import { derSequence } from '@onelock/core/asn1';
import { parsePrivateKey } from '@onelock/core/crypto';
import { isCodedError } from '@onelock/core/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { processorTime } from '../../../tools/src/test-setup/processor-time.ts';
import { ownCertificate, ownKey } from '../../test/support/certificates.ts';
import { ciphers, ops } from '../../test/support/engine.ts';
import { parseDigestedData } from './digested-data.ts';
import { openEnvelope } from './open-envelope.ts';
import { parseEncryptedData, parseEnvelope } from './parse-envelope.ts';
import { sealEnvelope } from './seal-envelope.ts';
import { prepareSignedEnvelope, signedDataInside } from './signed-and-enveloped.ts';

const content = new TextEncoder().encode('敌意输入');
const certificate = ownCertificate('sm2/encrypt');
const key = parsePrivateKey(ownKey('sm2/encrypt'));
const signer = { certificate: ownCertificate('sm2/leaf'), key: parsePrivateKey(ownKey('sm2/leaf')) };

const envelope = sealEnvelope({ content, recipients: [certificate] }, ops, ciphers);
const authenticated = sealEnvelope({ content, recipients: [certificate], cipher: 'sm4-gcm' }, ops, ciphers);
const signed = ((): Uint8Array => {
  const message = { content, recipients: [certificate], certificate: signer.certificate };
  const prepared = prepareSignedEnvelope(message, ops, ciphers);
  return prepared.assemble(ops.sign(signer.key, prepared.algorithm, prepared.toBeSigned));
})();

/** Everything a stranger's bytes are put through. Returns the content when they open. */
function use(der: Uint8Array): Uint8Array {
  const parsed = parseEnvelope(der);
  const opened = openEnvelope(
    { envelope: parsed, certificate, policy: { at: new Date('2026-11-22T00:00:00Z') } },
    ({ scheme, encryptedKey }) => ciphers.decryptKey(key, scheme, encryptedKey),
    ops,
    ciphers,
  );
  if (parsed.signedData !== null) signedDataInside(parsed, opened.content);
  return opened.content;
}

/** The error's code, or `opened`; anything that is not coded is a defect and passes through. */
function outcome(attempt: () => unknown): string {
  try {
    attempt();
    return 'opened';
  } catch (error) {
    if (isCodedError(error)) return error.code;
    throw error;
  }
}

describe.each([
  ['an envelope', envelope],
  ['an authenticated envelope', authenticated],
  ['a signed envelope', signed],
])('%s', (_title, der) => {
  it('opens as it is', () => {
    expect(use(der)).toEqual(content);
  });

  it('cut off anywhere is a coded refusal', () => {
    for (let length = 0; length < der.length; length++)
      expect(outcome(() => use(der.subarray(0, length)))).toMatch(/^ERR_DER_/);
  });

  it('changed anywhere either opens or is a coded refusal, and nothing else', () => {
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (index, mask) => {
        const changed = Uint8Array.from(der);
        changed[index] = (changed[index] ?? 0) ^ mask;
        return outcome(() => use(changed)).length > 0;
      }),
      { numRuns: 400 },
    );
  });
});

describe('an authenticated envelope', () => {
  it('never opens to other content, whichever byte of its end is changed', () => {
    const opened = Array.from({ length: 34 }, (_, back) => back + 1).filter((back) => {
      const changed = Uint8Array.from(authenticated);
      changed[changed.length - back] = (changed[changed.length - back] ?? 0) ^ 1;
      return outcome(() => use(changed)) === 'opened';
    });
    expect(opened).toEqual([]);
  });
});

describe('bytes that are no message', () => {
  it('are a coded refusal to every reader', () => {
    const readers = [parseEnvelope, parseEncryptedData, parseDigestedData];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(2), (bytes, which) => {
        const read = readers[which] ?? parseEnvelope;
        return outcome(() => read(bytes)).startsWith('ERR_');
      }),
      { numRuns: 600 },
    );
  });

  it('nested a thousand times deep are a coded refusal in no time', () => {
    let nested: Uint8Array = derSequence();
    for (let level = 0; level < 1000; level++) nested = derSequence(nested);
    const spent = processorTime();
    expect(outcome(() => parseEnvelope(nested))).toMatch(/^ERR_/);
    expect(spent()).toBeLessThan(1000);
  });
});
