import { oids } from '../asn1/index.ts';
import { type EcCurve, encodeEcdsaSignature, type PublicKey } from '../crypto/index.ts';
import type { Symptom } from '../deviations/index.ts';
import type { MessageFamily, SignerInfo } from './signed-data.ts';

const sm2Names: ReadonlyMap<string, Symptom> = new Map([
  [oids.sm2WithSm3, 'sm2-signature-named-501'],
  [oids.sm2, 'sm2-signature-named-301'],
  [oids.ecPublicKey, 'sm2-signature-named-ec-public-key'],
]);

const rawLengths: Readonly<Record<EcCurve, number>> = { sm2: 64, p256: 64, p384: 96, p521: 132 };

/** A signature as our engines take it, and every departure that was seen on the way to it. */
export interface NormalSignature {
  readonly signature: Uint8Array;
  readonly deviations: readonly Symptom[];
}

/**
 * Reads r ‖ s as the DER that should have been there, and notes by which names an SM2 signature goes. r ‖ s is recognised by
 * its length alone; DER of that length begins with its own length and is never taken for it.
 */
export function normalSignature(signer: SignerInfo, key: PublicKey, family: MessageFamily | null): NormalSignature {
  const deviations: Symptom[] = [];
  if (key.kind === 'sm2') {
    if (family === 'pkcs7') deviations.push('pkcs7-types-around-gm-algorithms');
    const name = sm2Names.get(signer.signatureAlgorithm);
    if (name !== undefined) deviations.push(name);
  }
  const curve = key.kind === 'sm2' ? 'sm2' : key.kind === 'ec' ? key.curve : undefined;
  const { signature } = signer;
  if (curve === undefined || signature.length !== rawLengths[curve] || isDerOfItsLength(signature))
    return { signature, deviations };
  return { signature: encodeEcdsaSignature(signature, curve), deviations: [...deviations, 'signature-as-two-numbers'] };
}

function isDerOfItsLength(signature: Uint8Array): boolean {
  if (signature[0] !== 0x30) return false;
  return signature[1] === signature.length - 2 || (signature[1] === 0x81 && signature[2] === signature.length - 3);
}
