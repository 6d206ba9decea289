import { parsePrivateKey } from '@onelock/core/crypto';
import { describe, expect, it } from 'vitest';
import { ownCertificate, ownKey } from '../../test/support/certificates.ts';
import { ciphers, ops } from '../../test/support/engine.ts';
import { checkSigners } from './check-signers.ts';
import { openEnvelope } from './open-envelope.ts';
import { parseEnvelope } from './parse-envelope.ts';
import { prepareSignedEnvelope, signedDataInside } from './signed-and-enveloped.ts';

const content = new TextEncoder().encode('先签后封');
const recipient = { certificate: ownCertificate('sm2/encrypt'), key: parsePrivateKey(ownKey('sm2/encrypt')) };
const signer = { certificate: ownCertificate('sm2/leaf'), key: parsePrivateKey(ownKey('sm2/leaf')) };

function make(signedBy = signer.key): Uint8Array {
  const message = { content, recipients: [recipient.certificate], certificate: signer.certificate };
  const prepared = prepareSignedEnvelope(message, ops, ciphers);
  return prepared.assemble(ops.sign(signedBy, prepared.algorithm, prepared.toBeSigned));
}

function open(der: Uint8Array): { readonly content: Uint8Array; readonly verdicts: readonly string[] } {
  const envelope = parseEnvelope(der);
  const opened = openEnvelope(
    { envelope, certificate: recipient.certificate, policy: { at: new Date('2026-11-22T00:00:00Z') } },
    ({ scheme, encryptedKey }) => ciphers.decryptKey(recipient.key, scheme, encryptedKey),
    ops,
    ciphers,
  );
  const checks = checkSigners(signedDataInside(envelope, opened.content), {}, ops);
  return { content: opened.content, verdicts: checks.map(({ verdict }) => verdict.indication) };
}

describe('a signed and enveloped message of GM/T 0010', () => {
  it('opens to its content, and the signature of the content passes', () => {
    expect(open(make())).toEqual({ content, verdicts: ['passed'] });
  });

  it('keeps its content from its signature until it is opened', () => {
    expect(parseEnvelope(make()).signedData?.content).toBeNull();
  });

  it('does not leave with a signature by another key', () => {
    expect(() => make(ops.generateKeyPair({ kind: 'sm2' }).privateKey)).toFailWith('ERR_SIGNATURE_INVALID');
  });

  it('fails for other content', () => {
    const { signedData } = parseEnvelope(make());
    if (signedData === null) throw new Error('it is signed');
    const [check] = checkSigners({ ...signedData, content: content.subarray(1) }, {}, ops);
    expect(check?.verdict).toMatchObject({ indication: 'failed', reason: { code: 'ERR_SIGNATURE_INVALID' } });
  });

  it('is not made with GCM, whose tag has no place in it', () => {
    const message = { content, recipients: [recipient.certificate], certificate: signer.certificate };
    expect(() => prepareSignedEnvelope({ ...message, cipher: 'sm4-gcm' }, ops, ciphers)).toFailWith(
      'ERR_CRYPTO_ALGORITHM_UNSUPPORTED',
    );
  });
});
