import { hash } from 'node:crypto';
import type { SignatureAlgorithm } from '@onelock/core/crypto';
import type { DriverConfig, SignInput } from '../port/index.ts';

/** Digested here, where much else is to do; a long message costs the host's time instead. */
const shortMessageBytes = 4096;

/** A token behind PKCS#11 signs digests by ECDSA, whatever it is given: made before they cross to the host, they take little room. */
export function shortenedInput(
  family: DriverConfig['family'],
  algorithm: SignatureAlgorithm,
  input: SignInput,
): SignInput {
  if (algorithm.kind !== 'ecdsa' || input.kind !== 'message' || family !== 'pkcs11') return input;
  if (input.bytes.length > shortMessageBytes) return input;
  return { kind: 'digest', bytes: hash(algorithm.digest, input.bytes, 'buffer') };
}
