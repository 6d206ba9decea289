import { isCodedError } from '../errors/index.ts';
import {
  type BasicOcspResponse,
  type CertificateList,
  type OcspResponse,
  parseCertificateList,
  parseOcspResponse,
} from '../revocation/index.ts';
import type { Reason } from '../verdict/index.ts';

/** Lists and responses parsed; what could not be, or was no answer, is a problem. */
export interface ParsedRevocationEvidence {
  readonly crls: readonly CertificateList[];
  readonly ocspResponses: readonly BasicOcspResponse[];
  /** Nothing can be told from these: they might be about any certificate. */
  readonly malformed: readonly Reason[];
  /** Responders that did not answer. */
  readonly refusals: readonly Reason[];
}

/** The same bytes are parsed once, however many certificates are judged by them: callers keep large lists. */
const parsedCrls = new WeakMap<Uint8Array, CertificateList>();
const parsedResponses = new WeakMap<Uint8Array, OcspResponse>();

export function parseRevocationEvidence(
  crls: readonly (Uint8Array | CertificateList)[],
  ocspResponses: readonly Uint8Array[],
): ParsedRevocationEvidence {
  const malformed: Reason[] = [];
  const refusals: Reason[] = [];
  const lists = crls.flatMap((list) =>
    list instanceof Uint8Array ? parsed(list, parsedCrls, parseCertificateList, malformed) : [list],
  );
  const answers = ocspResponses.flatMap((der) => parsed(der, parsedResponses, parseOcspResponse, malformed));
  const basics: BasicOcspResponse[] = [];
  for (const response of answers) {
    if (response.status === 'successful') basics.push(response.basic);
    else refusals.push({ code: 'ERR_REVOCATION_RESPONDER_REFUSED', params: { status: response.status } });
  }
  return { crls: lists, ocspResponses: basics, malformed, refusals };
}

function parsed<T>(
  der: Uint8Array,
  known: WeakMap<Uint8Array, T>,
  parse: (der: Uint8Array) => T,
  malformed: Reason[],
): readonly T[] {
  try {
    const value = known.get(der) ?? parse(der);
    known.set(der, value);
    return [value];
  } catch (error) {
    if (!isCodedError(error)) throw error;
    malformed.push({ code: error.code, params: error.params });
    return [];
  }
}
