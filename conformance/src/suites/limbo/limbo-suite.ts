import { CodedError } from '@onelock/core/errors';
import type { Suite } from '../suite.ts';
import { readSuiteFiles, requireForm, type SuiteFile } from '../suite-files.ts';
import { limboSuiteCase } from './limbo-case.ts';
import { type LimboFile, limboValidator } from './limbo-form.ts';

/** C2SP x509-limbo, https://x509-limbo.com, in the form of its limbo-schema.json. */
export const limboSuite: Suite = {
  name: 'limbo',
  open: (target) => {
    const files = readSuiteFiles(target).filter((candidate) => !isSchema(candidate));
    if (files.length === 0) throw new CodedError('ERR_SUITE_FORMAT', { file: target, field: 'testcases' });
    const now = new Date();
    return files.flatMap(({ file, json }) => {
      requireForm(limboValidator, json, file);
      return (json as LimboFile).testcases.map((limboCase) => limboSuiteCase(limboCase, now));
    });
  },
};

/** The suite's folder holds its schema beside its cases. */
const isSchema = ({ json }: SuiteFile): boolean => typeof json === 'object' && json !== null && '$defs' in json;
