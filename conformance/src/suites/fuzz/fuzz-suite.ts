import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { CodedError, isCodedError } from '@onelock/core/errors';
import type { CaseAnswer, Suite, SuiteCase } from '../suite.ts';
import { type FuzzParser, parserFor } from './fuzz-parsers.ts';
import { readZipEntries, type ZipEntry } from './zip-entries.ts';

const mostMilliseconds = 1000;
const answers = ['parsed', 'refused'] as const;

/**
 * Malformed input, as folders named by what the bytes pretend to be: every entry ends in a parsed value or a coded error,
 * within a second. A row for each folder counts both; a folder's parser that refuses all of everything is no parser, so at
 * least one entry of the whole must be read.
 */
export const fuzzSuite: Suite = {
  name: 'fuzz',
  open: (target) => {
    const entries = readEntries(target);
    if (entries.length === 0) throw new CodedError('ERR_SUITE_FORMAT', { file: target, field: '/' });
    const folders = Map.groupBy(entries, folderOf);
    return [
      ...entries.map(entryCase),
      ...[...folders].map(([folder, members]) => folderCase(folder, members)),
      wholeCase(entries),
    ];
  },
};

function readEntries(target: string): readonly ZipEntry[] {
  try {
    if (!statSync(target).isDirectory()) return readZipEntries(readFileSync(target), target);
    return readdirSync(target, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => path.join(parentPath, name))
      .sort()
      .flatMap((file) =>
        file.endsWith('.zip')
          ? readZipEntries(readFileSync(file), file)
          : [{ name: path.relative(target, file), bytes: readFileSync(file) }],
      );
  } catch (cause) {
    if (isCodedError(cause)) throw cause;
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file: target }, { cause });
  }
}

const folderOf = ({ name }: ZipEntry): string => name.split(/[\\/]/).at(-2) ?? '';

function entryCase(entry: ZipEntry): SuiteCase {
  const parser = parserFor(folderOf(entry));
  return {
    id: entry.name,
    expected: 'parsed or refused',
    accepted: answers,
    run: () => tryOne(parser, entry.bytes),
  };
}

function folderCase(folder: string, members: readonly ZipEntry[]): SuiteCase {
  return {
    id: `${folder}/*`,
    expected: 'counted',
    accepted: ['counted'],
    run: () => ({ kind: 'answered', got: 'counted', reason: tally(members) }),
  };
}

function wholeCase(entries: readonly ZipEntry[]): SuiteCase {
  return {
    id: '*',
    expected: 'some parsed',
    accepted: ['some parsed'],
    run: () => {
      const reason = tally(entries);
      return { kind: 'answered', got: reason.startsWith('0 ') ? 'all refused' : 'some parsed', reason };
    },
  };
}

function tally(entries: readonly ZipEntry[]): string {
  const parsed = entries.filter((entry) => {
    const answer = tryOne(parserFor(folderOf(entry)), entry.bytes);
    return answer.kind === 'answered' && answer.got === 'parsed';
  }).length;
  return `${parsed} parsed, ${entries.length - parsed} refused`;
}

/** Slow may only mean that the processor was busy: the fastest of three tries counts. */
export function tryOne(parser: FuzzParser, bytes: Uint8Array): CaseAnswer {
  for (let left = 2; left > 0; left--) {
    const answer = tryOnce(parser, bytes);
    if (answer.kind !== 'answered' || answer.got !== 'slow') return answer;
  }
  return tryOnce(parser, bytes);
}

/** Anything thrown that is not ours leaves through here and fails the case. */
function tryOnce({ name, parse }: FuzzParser, bytes: Uint8Array): CaseAnswer {
  const started = performance.now();
  let got: string = 'parsed';
  let reason = name;
  try {
    parse(bytes);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    got = 'refused';
    reason = `${name}: ${error.code}`;
  }
  const spent = performance.now() - started;
  return spent > mostMilliseconds
    ? { kind: 'answered', got: 'slow', reason: `${name}: ${Math.round(spent)} ms` }
    : { kind: 'answered', got, reason };
}
