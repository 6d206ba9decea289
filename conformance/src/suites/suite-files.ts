import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { CodedError } from '@onelock/core/errors';
import type { TSchema } from 'typebox';
import type { Validator } from 'typebox/compile';

export interface SuiteFile {
  /** The path that messages name. */
  readonly file: string;
  readonly json: unknown;
}

/** A file, or every `*.json` of a folder, in the order of their names. */
export function readSuiteFiles(target: string): readonly SuiteFile[] {
  return listJsonFiles(target).map((file) => ({ file, json: readJson(file) }));
}

function listJsonFiles(target: string): readonly string[] {
  try {
    if (!statSync(target).isDirectory()) return [target];
    return readdirSync(target, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => path.join(target, name));
  } catch (cause) {
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file: target }, { cause });
  }
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file }, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CodedError('ERR_SUITE_FORMAT', { file, field: 'JSON' }, { cause });
  }
}

/** Holds a part of a suite's file against its form, in which every field is named: an unknown one is refused. */
export function requireForm<T extends TSchema>(
  validator: Validator<Record<never, never>, T>,
  value: unknown,
  file: string,
  where = '',
): void {
  if (validator.Check(value)) return;
  const [first] = validator.Errors(value);
  throw new CodedError('ERR_SUITE_FORMAT', { file, field: `${where}${first?.instancePath ?? ''}` || '/' });
}
