import { createNodeCrypto } from '@onelock/core/crypto/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownCertificate, ownKey } from '../../test/support/certificates.ts';
import { extension } from '../../test/support/test-ca.ts';
import { makeResponse, type ResponseSpec } from '../../test/support/test-ocsp.ts';
import { derNull, derOctetString, derSequence, derValue, oids } from '../asn1/index.ts';
import { parsePrivateKey } from '../crypto/index.ts';
import { isCodedError } from '../errors/index.ts';
import { parseOcspResponse } from './ocsp.ts';
import { buildOcspRequest, parseOcspRequest } from './ocsp-request.ts';

const ops = createNodeCrypto();
const leaf = ownCertificate('p256/leaf');
const issuer = ownCertificate('p256/intermediate');
const key = { privateKey: parsePrivateKey(ownKey('p256/intermediate')), publicKey: issuer.publicKey };
const response = (spec: Partial<ResponseSpec> = {}): Uint8Array => makeResponse({ leaf, issuer, key, ...spec }, ops);
const refusedStatus = (code: number): Uint8Array => derSequence(derValue(10, Uint8Array.of(code)));

describe('a response', () => {
  const whole = response({ extensions: [extension(oids.ocspNonce, false, derOctetString(Uint8Array.of(1, 2)))] });

  it('is read when it is whole', () => {
    const parsed = parseOcspResponse(whole);
    expect(parsed).toMatchObject({ status: 'successful', basic: { nonce: Uint8Array.of(1, 2) } });
  });

  it('is refused with a code wherever it is cut', () => {
    for (let length = 0; length < whole.length; length++)
      expect(() => parseOcspResponse(whole.subarray(0, length))).toFailWith('ERR_DER_TRUNCATED');
  });

  it('is read or refused with a code, whatever its bytes', () => {
    const change = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(change, (changes) => {
        const bytes = Uint8Array.from(whole);
        for (const [place, octet] of changes) bytes[place] = octet;
        for (const parse of [parseOcspResponse, parseOcspRequest]) {
          try {
            parse(bytes);
          } catch (error) {
            if (!isCodedError(error)) throw error;
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    [1, 'malformed-request'],
    [2, 'internal-error'],
    [3, 'try-later'],
    [5, 'signature-required'],
    [6, 'unauthorized'],
  ])('of status %i is %s', (code, status) => {
    expect(parseOcspResponse(refusedStatus(code))).toEqual({ status });
  });

  it.each([4, 7, 127])('of status %i is refused: there is none', (code) => {
    expect(() => parseOcspResponse(refusedStatus(code))).toFailWith('ERR_REVOCATION_MALFORMED');
  });

  it('without an answer, with junk behind it, or of five megabytes is refused', () => {
    expect(() => parseOcspResponse(refusedStatus(0))).toFailWith('ERR_REVOCATION_MALFORMED');
    expect(() => parseOcspResponse(Uint8Array.from([...whole, 0]))).toFailWith('ERR_DER_TRAILING_DATA');
    expect(() => parseOcspResponse(new Uint8Array(5 * 1024 * 1024).fill(0x30))).toFailWith('ERR_DER_LIMIT_EXCEEDED');
    expect(() => parseOcspResponse(response({ single: derNull() }))).toFailWith('ERR_DER_TAG_UNEXPECTED');
    expect(() => parseOcspResponse(response({ status: derNull() }))).toFailWith('ERR_REVOCATION_MALFORMED');
  });
});

describe('a request', () => {
  const request = buildOcspRequest([{ certificate: leaf, issuer }], { nonce: ops.random(32) }, ops);

  it('is read as it was built, and refused wherever it is cut', () => {
    expect(parseOcspRequest(request).certificateIds[0]?.serialNumberBytes).toEqual(leaf.serialNumberBytes);
    for (let length = 0; length < request.length; length++)
      expect(() => parseOcspRequest(request.subarray(0, length))).toFailWith('ERR_DER_TRUNCATED');
  });
});
