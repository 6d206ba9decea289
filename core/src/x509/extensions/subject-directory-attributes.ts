import { oidValue } from '../../asn1/object-identifier.ts';
import type { DerNode } from '../../asn1/reader.ts';
import { derTag } from '../../asn1/tags.ts';
import { CodedError } from '../../errors/coded-error.ts';

/** An attribute of the subject that is no part of its name. */
export interface DirectoryAttribute {
  /** Dotted. */
  readonly type: string;
  /** Whole DER of each value, at least one. */
  readonly values: readonly Uint8Array[];
}

/** RFC 5280 §4.2.1.8: at least one attribute. */
export function parseSubjectDirectoryAttributes(node: DerNode): readonly DirectoryAttribute[] {
  const attributes = node.sequence().rest().map(parseAttribute);
  if (attributes.length === 0) throw malformed(node);
  return attributes;
}

function parseAttribute(node: DerNode): DirectoryAttribute {
  const fields = node.sequence();
  const type = oidValue(fields.next());
  const values = fields.read(derTag.set).reader().rest();
  fields.finish();
  if (values.length === 0) throw malformed(node);
  return { type, values: values.map(({ der }) => der) };
}

function malformed(node: DerNode): CodedError {
  return new CodedError('ERR_X509_MALFORMED', { field: 'subjectDirectoryAttributes', offset: node.offset });
}
