import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import type { Suite, SuiteCase } from '../suite.ts';
import { readSuiteFiles, requireForm, type SuiteFile } from '../suite-files.ts';
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
    if (!isSignatureGroup(group)) return skippedGroup(name, content.algorithm, group);
    requireForm(groupValidators[group.type], group, file, `/testGroups/${index}`);
    return signatureCases(name, group);
  });
}

const isSignatureGroup = (group: { readonly type: string }): group is SignatureGroup =>
  Object.hasOwn(groupValidators, group.type);

function skippedGroup(name: string, algorithm: string, group: AnyGroup): readonly SuiteCase[] {
  const reason = `core does not do ${algorithm} (${group.type})`;
  return group.tests.map((test) => ({
    id: `${name}::${test.tcId}`,
    expected: test.result,
    accepted: [],
    run: () => ({ kind: 'skipped', reason }),
  }));
}
