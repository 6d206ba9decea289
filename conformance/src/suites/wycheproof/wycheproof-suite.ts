import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import type { Suite, SuiteCase } from '../suite.ts';
import { readSuiteFiles, requireForm, type SuiteFile } from '../suite-files.ts';
import { cipherCases } from './cipher-cases.ts';
import { type CipherGroup, cipherGroupValidators } from './cipher-form.ts';
import { signatureCases } from './signature-cases.ts';
import {
  type AnyGroup,
  fileValidator,
  groupValidators,
  type SignatureGroup,
  type WycheproofFile,
} from './wycheproof-form.ts';

/** C2SP Wycheproof, https://github.com/C2SP/wycheproof, files of `testvectors_v1`. */
export const wycheproofSuite: Suite = {
  name: 'wycheproof',
  open: (target) => readSuiteFiles(target).flatMap(casesOfFile),
};

function casesOfFile({ file, json }: SuiteFile): readonly SuiteCase[] {
  requireForm(fileValidator, json, file);
  const content = json as WycheproofFile;
  const counted = content.testGroups.reduce((total, group) => total + group.tests.length, 0);
  if (counted !== content.numberOfTests) throw new CodedError('ERR_SUITE_FORMAT', { file, field: '/numberOfTests' });
  const name = path.basename(file, '.json');
  return content.testGroups.flatMap((group, index) => {
    const outOfScope = filesOutOfScope[content.algorithm];
    if (outOfScope !== undefined)
      return skippedGroup(name, `core does not do ${content.algorithm}: ${outOfScope}`, group);
    if (isSignatureGroup(group)) {
      requireForm(groupValidators[group.type], group, file, `/testGroups/${index}`);
      return signatureCases(name, group);
    }
    if (!isCipherGroup(group))
      return skippedGroup(name, `core does not do ${content.algorithm} (${group.type})`, group);
    requireForm(cipherGroupValidators[group.type], group, file, `/testGroups/${index}`);
    return cipherCases(name, content.algorithm, group);
  });
}

/** Algorithms that no certificate, message, key file or format of ours uses, and why; their files are skipped by this. */
const filesOutOfScope: Readonly<Record<string, string>> = {
  'AES-CMAC': 'nothing of ours is authenticated by it; HMAC, GCM and CCM are',
};

const isSignatureGroup = (group: { readonly type: string }): group is SignatureGroup =>
  Object.hasOwn(groupValidators, group.type);

const isCipherGroup = (group: { readonly type: string }): group is CipherGroup =>
  Object.hasOwn(cipherGroupValidators, group.type);

function skippedGroup(name: string, reason: string, group: AnyGroup): readonly SuiteCase[] {
  return group.tests.map((test) => ({
    id: `${name}::${test.tcId}`,
    expected: test.result,
    accepted: [],
    run: () => ({ kind: 'skipped', reason }),
  }));
}
