import { oids } from '../asn1/index.ts';
import { decodeEcdsaSignature, type EcCurve, encodeEcdsaSignature, type PublicKey } from '../crypto/index.ts';
import type { Symptom } from '../deviations/index.ts';
import { isCodedError } from '../errors/index.ts';
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
 * its length, unless it is DER of that length from its first octet to its last.
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
  if (curve === undefined || signature.length !== rawLengths[curve] || isStrictDer(signature, curve))
    return { signature, deviations };
  return { signature: encodeEcdsaSignature(signature, curve), deviations: [...deviations, 'signature-as-two-numbers'] };
}

function isStrictDer(signature: Uint8Array, curve: EcCurve): boolean {
  try {
    decodeEcdsaSignature(signature, curve);
    return true;
  } catch (error) {
    if (isCodedError(error)) return false;
    throw error;
  }
}
