// Writes vectors/pkits, a suite in the form of NIST PKITS with rows for each of its sections 4.1 to 4.16:
// `node --conditions=onelock-source vectors/recipes/pkits.ts [FOLDER]`. Everything is made anew; no key is kept.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  basicConstraints,
  keyUsage,
  names,
  privateExtensions,
  revocation,
  selfIssued,
  signatures,
  validity,
} from './pkits-basic.ts';
import { nameConstraints } from './pkits-constraints.ts';
import {
  certificatePolicies,
  explicitPolicy,
  inhibitAnyPolicy,
  inhibitPolicyMapping,
  policyMappings,
} from './pkits-policies.ts';
import { deltas, distributionPoints } from './pkits-scopes.ts';
import { PkitsWorkshop } from './pkits-workshop.ts';

export const sections = [
  ...[signatures, validity, names, revocation, selfIssued, basicConstraints, keyUsage],
  ...[certificatePolicies, explicitPolicy, policyMappings, inhibitPolicyMapping, inhibitAnyPolicy],
  ...[nameConstraints, distributionPoints, deltas, privateExtensions],
];

/** @throws {Error} with OpenSSL's words */
export function writePkits(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const shop = new PkitsWorkshop(folder);
  for (const section of sections) section(shop);
  shop.finish();
}

const here = path.dirname(fileURLToPath(import.meta.url));
if (process.argv[1] === fileURLToPath(import.meta.url)) writePkits(process.argv[2] ?? path.join(here, '../pkits'));
