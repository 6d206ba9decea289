import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../bytes/compare.ts';
import { isCodedError } from '../errors/coded-error.ts';
import { checkDer, reencodeDer } from './check.ts';
import { derTag } from './tags.ts';
import {
  derBitString,
  derBoolean,
  derExplicit,
  derImplicit,
  derInteger,
  derNull,
  derOctetString,
  derSequence,
  derSetOf,
  derUtf8String,
  derValueOf,
} from './writer.ts';

const leaf = fc.oneof(
  fc.boolean().map(derBoolean),
  fc.bigInt({ min: -(1n << 80n), max: 1n << 80n }).map(derInteger),
  fc.uint8Array({ maxLength: 200 }).map(derOctetString),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => derBitString(bytes)),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map(derUtf8String),
  fc.uint8Array({ maxLength: 5 }).map((bytes) => derImplicit(3, bytes)),
  fc.constant(derNull()),
);

const tree = fc.letrec<{ node: Uint8Array }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('node'), { maxLength: 5 }).map((nodes) => derSequence(...nodes)),
    fc.array(tie('node'), { maxLength: 5 }).map((nodes) => derSetOf(...nodes)),
    tie('node').map((node) => derExplicit(0, node)),
  ),
})).node;

/** Parsed and written again, or the code of the refusal. */
function roundTrip(bytes: Uint8Array): Uint8Array | string {
  try {
    return reencodeDer(checkDer(bytes));
  } catch (error) {
    if (isCodedError(error)) return error.code;
    throw error;
  }
}

describe('any bytes', () => {
  it('written by the writer read back and are written the same again', () => {
    fc.assert(
      fc.property(tree, (bytes) => {
        expect(roundTrip(bytes)).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('either read and are written the same again, or are refused with a code', () => {
    const mutated = fc
      .tuple(tree, fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 3 }), fc.option(fc.nat(400)))
      .map(([bytes, changes, cut]) => {
        const copy = bytes.slice(0, cut ?? bytes.length);
        for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), mutated), (bytes) => {
        const result = roundTrip(bytes);
        expect(typeof result === 'string' ? result.startsWith('ERR_DER_') : equalBytes(result, bytes)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a sequence of very many values', () => {
  it('is written again without running out of stack', () => {
    const many = derValueOf(
      derTag.sequence,
      Array.from({ length: 90_000 }, () => derNull()),
    );
    expect(equalBytes(reencodeDer(checkDer(many)), many)).toBe(true);
  });
});
