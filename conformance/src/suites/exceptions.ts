import { readFileSync } from 'node:fs';
import { CodedError } from '@onelock/core/errors';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { SuiteName } from './suite.ts';

const KnownDifference = Type.Object(
  {
    id: Type.String({ minLength: 1 }),
    /** What we answer, other than the suite expects. */
    got: Type.String({ minLength: 1 }),
    /** Why we do, for a reader of the report. */
    reason: Type.String({ minLength: 20 }),
  },
  { additionalProperties: false },
);
const KnownDifferences = Type.Array(KnownDifference);
const validator = Compile(KnownDifferences);

export type KnownDifference = Static<typeof KnownDifference>;

/** The known differences from a suite, `conformance/exceptions/SUITE.json`, by case id. */
export function loadKnownDifferences(suite: SuiteName): ReadonlyMap<string, KnownDifference> {
  const file = new URL(`../../exceptions/${suite}.json`, import.meta.url);
  const list: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!validator.Check(list)) throw new CodedError('ERR_SUITE_FORMAT', { file: file.pathname, field: '/' });
  return new Map(list.map((difference) => [difference.id, difference]));
}
