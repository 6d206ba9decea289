import {
  contextConstructed,
  type DerNode,
  derTag,
  octetStringValue,
  oids,
  oidValue,
  stringValue,
} from '../asn1/index.ts';
import { CodedError } from '../errors/index.ts';

/** A bag of RFC 7292 §4.2, what it is called, and the octets inside. */
export interface SafeBag {
  readonly kind: 'key' | 'shrouded-key' | 'certificate' | 'crl' | 'other';
  /** PKCS#8, EncryptedPrivateKeyInfo, certificate or CRL, in DER; empty for others. */
  readonly der: Uint8Array;
  readonly friendlyName: string | null;
  /** Ties a key to its certificate. */
  readonly localKeyId: Uint8Array | null;
}

/** Bags in bags: nobody nests deeper. */
const maxNesting = 4;

/** SafeContents, nested ones flattened. @throws {CodedError} ERR_KEY_FILE_MALFORMED { field, offset }, ERR_DER_… */
export function parseSafeContents(node: DerNode, nesting = 0): readonly SafeBag[] {
  if (nesting > maxNesting) throw malformed('safeContents', node);
  return node
    .sequence()
    .rest()
    .flatMap((bag) => parseBag(bag, nesting));
}

function parseBag(node: DerNode, nesting: number): readonly SafeBag[] {
  const fields = node.sequence();
  const type = oidValue(fields.next());
  const explicit = fields.read(contextConstructed(0)).reader();
  const attributes = fields.optional(derTag.set);
  fields.finish();
  const value = explicit.next();
  explicit.finish();
  const named = attributes === undefined ? { friendlyName: null, localKeyId: null } : parseAttributes(attributes);
  switch (type) {
    case oids.keyBag:
      return [{ kind: 'key', der: value.der, ...named }];
    case oids.shroudedKeyBag:
      return [{ kind: 'shrouded-key', der: value.der, ...named }];
    case oids.certificateBag:
      return [parseValueBag(value, 'certificate', named)];
    case oids.crlBag:
      return [parseValueBag(value, 'crl', named)];
    case oids.safeContentsBag:
      return parseSafeContents(value, nesting + 1);
    default:
      return [{ kind: 'other', der: new Uint8Array(0), ...named }];
  }
}

/** CertBag and CRLBag: a type and `[0] EXPLICIT OCTET STRING`; SDSI certificates are passed over. */
function parseValueBag(
  node: DerNode,
  kind: 'certificate' | 'crl',
  named: Pick<SafeBag, 'friendlyName' | 'localKeyId'>,
): SafeBag {
  const fields = node.sequence();
  const type = oidValue(fields.next());
  const explicit = fields.read(contextConstructed(0)).reader();
  fields.finish();
  const value = explicit.next();
  explicit.finish();
  if (kind === 'certificate' && type !== oids.x509Certificate)
    return { kind: 'other', der: new Uint8Array(0), ...named };
  return { kind, der: octetStringValue(value), ...named };
}

function parseAttributes(set: DerNode): Pick<SafeBag, 'friendlyName' | 'localKeyId'> {
  let friendlyName: string | null = null;
  let localKeyId: Uint8Array | null = null;
  for (const attribute of set.reader().rest()) {
    const fields = attribute.sequence();
    const type = oidValue(fields.next());
    const [value] = fields.read(derTag.set).reader().rest();
    fields.finish();
    if (type === oids.friendlyName && value !== undefined) friendlyName = stringValue(value);
    if (type === oids.localKeyId && value !== undefined) localKeyId = octetStringValue(value);
  }
  return { friendlyName, localKeyId };
}

function malformed(field: string, node: DerNode): CodedError {
  return new CodedError('ERR_KEY_FILE_MALFORMED', { field, offset: node.offset });
}
