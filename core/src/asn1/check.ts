import { CodedError } from '../errors/coded-error.ts';
import { type DerLimits, defaultDerLimits } from './limits.ts';
import { oidValue } from './object-identifier.ts';
import { type DerNode, readDer } from './reader.ts';
import { stringTypeOf, stringValue } from './strings.ts';
import { derTag } from './tags.ts';
import { timeMilliseconds } from './time.ts';
import { bitStringValue, booleanValue, integerBytes, nullValue } from './values.ts';
import { derValue, derValueOf } from './writer.ts';

/**
 * Walks the whole tree and reads every universal value in it, so that what passes is DER to the last leaf. Contents of
 * OCTET STRING, BIT STRING and primitive context tags are opaque here: only their schema knows what they hold.
 *
 * NOTE: the order inside SET and a DEFAULT that is written out cannot be judged without the schema and are not.
 *
 * @throws {CodedError} any ERR_DER_ with its offset
 */
export function checkDer(bytes: Uint8Array, limits: DerLimits = defaultDerLimits): DerNode {
  const root = readDer(bytes, limits);
  checkNode(root, { left: limits.maxNodes });
  return root;
}

/** Writes a tree again from its tags and leaves: equal to the input for everything that the reader accepts. */
export function reencodeDer(node: DerNode): Uint8Array {
  if (!node.constructed) return derValue(node.tag, node.content);
  return derValueOf(node.tag, node.reader().rest().map(reencodeDer));
}

function checkNode(node: DerNode, budget: { left: number }): void {
  if (--budget.left < 0) throw new CodedError('ERR_DER_LIMIT_EXCEEDED', { limit: 'nodes', offset: node.offset });
  if (node.constructed) {
    for (const reader = node.reader(); !reader.atEnd; ) checkNode(reader.next(), budget);
    return;
  }
  checkLeaf(node);
}

function checkLeaf(node: DerNode): void {
  switch (node.tag) {
    case derTag.boolean:
      booleanValue(node);
      return;
    case derTag.integer:
    case derTag.enumerated:
      integerBytes(node, node.tag);
      return;
    case derTag.bitString:
      bitStringValue(node);
      return;
    case derTag.null:
      nullValue(node);
      return;
    case derTag.objectIdentifier:
      oidValue(node);
      return;
    case derTag.utcTime:
    case derTag.generalizedTime:
      timeMilliseconds(node);
      return;
    default:
      if (stringTypeOf(node) !== undefined) stringValue(node);
  }
}
