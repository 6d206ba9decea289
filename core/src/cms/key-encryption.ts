import {
  contextConstructed,
  type DerNode,
  type DerReader,
  derExplicit,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derTag,
  octetStringValue,
  oids,
  oidValue,
} from '../asn1/index.ts';
import {
  type AlgorithmIdentifier,
  type DigestAlgorithm,
  digestOfOid,
  digestOids,
  type KeyEncryption,
  parseAlgorithmIdentifier,
} from '../crypto/index.ts';

/** SM2 encryption, and what messages call it whose writers named the curve or the signature. */
const sm2Names: ReadonlySet<string> = new Set([oids.sm2Encrypt, oids.sm2, oids.sm2Sign, oids.ecPublicKey]);

/**
 * How a content key was encrypted, by KeyEncryptionAlgorithmIdentifier; undefined when it is a way that we do not do.
 *
 * @throws {CodedError} ERR_DER_… for malformed parameters
 */
export function parseKeyEncryption(node: DerNode): {
  readonly scheme: KeyEncryption | undefined;
  readonly oid: string;
} {
  const algorithm = parseAlgorithmIdentifier(node);
  return { scheme: schemeOf(algorithm), oid: algorithm.oid };
}

export function encodeKeyEncryption(scheme: KeyEncryption): Uint8Array {
  switch (scheme.kind) {
    case 'rsa-pkcs1v15':
      return derSequence(derOid(oids.rsaEncryption), derNull());
    case 'sm2':
      return derSequence(derOid(oids.sm2Encrypt), derNull());
    case 'rsa-oaep': {
      const digest = digestIdentifier(scheme.digest);
      const mask = derSequence(derOid(oids.mgf1), digestIdentifier(scheme.mgf1Digest));
      const fields = [derExplicit(0, digest), derExplicit(1, mask)];
      if (scheme.label !== undefined)
        fields.push(derExplicit(2, derSequence(derOid(oids.pSpecified), derOctetString(scheme.label))));
      return derSequence(derOid(oids.rsaesOaep), derSequence(...fields));
    }
  }
}

function schemeOf(algorithm: AlgorithmIdentifier): KeyEncryption | undefined {
  if (algorithm.oid === oids.rsaEncryption) return { kind: 'rsa-pkcs1v15' };
  if (algorithm.oid === oids.rsaesOaep) return oaepOf(algorithm.parameters);
  return sm2Names.has(algorithm.oid) ? { kind: 'sm2' } : undefined;
}

/** RSAES-OAEP-params of RFC 4055 §4: SHA-1 for everything where nothing is said, and an empty label. */
function oaepOf(parameters: DerNode | undefined): KeyEncryption | undefined {
  if (parameters === undefined) return { kind: 'rsa-oaep', digest: 'sha1', mgf1Digest: 'sha1' };
  const fields = parameters.sequence();
  const digest = digestIn(explicit(fields, 0));
  const mask = explicit(fields, 1);
  const mgf1Digest = mask === undefined ? 'sha1' : maskDigest(mask);
  const source = explicit(fields, 2);
  fields.finish();
  const label = source === undefined ? noLabel : labelOf(source);
  if (digest === undefined || mgf1Digest === undefined || label === undefined) return undefined;
  const scheme = { kind: 'rsa-oaep', digest, mgf1Digest } as const;
  return label.length === 0 ? scheme : { ...scheme, label };
}

function explicit(fields: DerReader, number: number): DerNode | undefined {
  const wrapper = fields.optional(contextConstructed(number))?.reader();
  const node = wrapper?.next();
  wrapper?.finish();
  return node;
}

function digestIn(node: DerNode | undefined): DigestAlgorithm | undefined {
  return node === undefined ? 'sha1' : digestOfOid(parseAlgorithmIdentifier(node).oid);
}

function maskDigest(node: DerNode): DigestAlgorithm | undefined {
  const { oid, parameters } = parseAlgorithmIdentifier(node);
  return oid === oids.mgf1 && parameters !== undefined ? digestIn(parameters) : undefined;
}

const noLabel = new Uint8Array(0);

/** The octets of pSpecified, and undefined for another source; one writer leaves out the octets of an empty label. */
function labelOf(node: DerNode): Uint8Array | undefined {
  const fields = node.sequence();
  if (oidValue(fields.next()) !== oids.pSpecified) return undefined;
  if (fields.atEnd) return noLabel;
  const label = octetStringValue(fields.read(derTag.octetString));
  fields.finish();
  return label;
}

function digestIdentifier(digest: DigestAlgorithm): Uint8Array {
  return derSequence(derOid(digestOids[digest]), derNull());
}
