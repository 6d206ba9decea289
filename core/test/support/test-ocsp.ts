import {
  derBitString,
  derExplicit,
  derGeneralizedTime,
  derImplicit,
  derOctetString,
  derOid,
  derSequence,
  derTag,
  derValue,
  oids,
} from '@onelock/core/asn1';
import type { CryptoOps } from '@onelock/core/crypto';
import { buildOcspRequest, parseOcspRequest } from '@onelock/core/revocation';
import type { Certificate } from '@onelock/core/x509';
import { type KeyPair, schemeOf } from './test-ca.ts';

export interface ResponseSpec {
  readonly leaf: Certificate;
  readonly issuer: Certificate;
  /** Of whoever signs. */
  readonly key: KeyPair;
  /** Name of whoever signs; the issuer's by default. */
  readonly responder?: Uint8Array;
  /** DER of CertStatus; good by default. */
  readonly status?: Uint8Array;
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
  readonly extensions?: readonly Uint8Array[];
  readonly singleExtensions?: readonly Uint8Array[];
  readonly certificates?: readonly Uint8Array[];
  /** DER to stand instead of the SingleResponse. */
  readonly single?: Uint8Array;
}

/** Responses for the tests of odd ones. Honest ones are made by OpenSSL. */
export function makeResponse(spec: ResponseSpec, ops: CryptoOps): Uint8Array {
  const { leaf, issuer, key, extensions = [], singleExtensions = [], certificates = [] } = spec;
  const thisUpdate = derGeneralizedTime(spec.thisUpdate ?? new Date('2026-05-31T00:00:00Z'));
  const nextUpdate = derGeneralizedTime(spec.nextUpdate ?? new Date('2026-06-02T00:00:00Z'));
  const single = derSequence(
    certificateId(leaf, issuer, ops),
    spec.status ?? derImplicit(0, new Uint8Array(0)),
    thisUpdate,
    derExplicit(0, nextUpdate),
    ...(singleExtensions.length === 0 ? [] : [derExplicit(1, derSequence(...singleExtensions))]),
  );
  const tbs = derSequence(
    derExplicit(1, spec.responder ?? issuer.subjectDer),
    thisUpdate,
    derSequence(spec.single ?? single),
    ...(extensions.length === 0 ? [] : [derExplicit(1, derSequence(...extensions))]),
  );
  const { algorithm, identifier } = schemeOf(key.publicKey);
  const basic = derSequence(
    tbs,
    identifier,
    derBitString(ops.sign(key.privateKey, algorithm, tbs)),
    ...(certificates.length === 0 ? [] : [derExplicit(0, derSequence(...certificates))]),
  );
  const bytes = derSequence(derOid(oids.ocspBasicResponse), derOctetString(basic));
  return derSequence(derValue(derTag.enumerated, Uint8Array.of(0)), derExplicit(0, bytes));
}

/** RevokedInfo as CertStatus. */
export function revokedStatus(at: Date, reason: number): Uint8Array {
  const code = derExplicit(0, derValue(derTag.enumerated, Uint8Array.of(reason)));
  return derExplicit(1, derGeneralizedTime(at), code);
}

function certificateId(certificate: Certificate, issuer: Certificate, ops: CryptoOps): Uint8Array {
  const request = buildOcspRequest([{ certificate, issuer }], {}, ops);
  const [id] = parseOcspRequest(request).certificateIds;
  if (id === undefined) throw new Error('a request asks for nothing');
  const { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumberBytes } = id;
  return derSequence(
    hashAlgorithm.der,
    derOctetString(issuerNameHash),
    derOctetString(issuerKeyHash),
    derValue(derTag.integer, serialNumberBytes),
  );
}
