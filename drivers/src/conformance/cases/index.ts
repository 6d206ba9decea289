import type { ConformanceCase } from '../conformance-case.ts';
import { deviceCases, twoKeys, unplug } from './devices.ts';
import { decryption, dualCertificates, envelope } from './encryption.ts';
import { pinLife } from './pin.ts';
import { renewal } from './renewal.ts';
import { endurance, signingCases, together } from './signing.ts';

/** Every case, in the order in which one device goes through them: what changes it comes last. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...deviceCases,
  ...signingCases,
  decryption,
  envelope,
  dualCertificates,
  twoKeys,
  together,
  unplug,
  endurance,
  pinLife,
  renewal,
];
