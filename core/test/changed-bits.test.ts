// Every bit of whatever is signed, changed one after another: none of them may be changed.
import { readDer } from '@onelock/core/asn1';
import { parseSignedData } from '@onelock/core/cms';
import { isCodedError } from '@onelock/core/errors';
import { parseTimestampToken } from '@onelock/core/tsp';
import { judgeMessage, judgeTimestamp } from '@onelock/core/validation';
import { parseCertificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { ops } from './support/engine.ts';
import { content, issuing, judged, key, leaf, of, trust } from './support/honest-case.ts';
import { buildMessage } from './support/message-builder.ts';
import { makeCrl } from './support/test-crl.ts';
import { makeResponse, revokedStatus } from './support/test-ocsp.ts';
import { authorityCertificate, makeToken } from './support/test-tsa.ts';

describe('a bit that somebody changed', () => {
  /** Every bit of a value, one after another, never gives `passed`, but in the octets that nobody signs. */
  function expectNone(
    der: Uint8Array,
    accepts: (bytes: Uint8Array) => boolean,
    unsigned: [number, number] = [0, 0],
  ): void {
    const passing: number[] = [];
    for (let place = 0; place < der.length; place++) {
      if (place >= unsigned[0] && place < unsigned[1]) continue;
      for (let bit = 0; bit < 8; bit++) {
        const changed = der.with(place, (der[place] ?? 0) ^ (1 << bit));
        try {
          if (accepts(changed)) passing.push(place);
        } catch (error) {
          if (!isCodedError(error)) throw error;
        }
      }
    }
    expect(passing).toEqual([]);
  }
  const required = { revocation: 'require', crls: [makeCrl({ issuer: of('root') }, ops)] } as const;

  it('of a certificate on the path', () => {
    expect(judged().indication).toBe('passed');
    expectNone(leaf.der, (der) => judged({ certificate: parseCertificate(der) }).indication === 'passed');
    expectNone(issuing.der, (der) => judged({ intermediates: [parseCertificate(der)] }).indication === 'passed');
  });

  it.each([true, false])('of a list or a response: the certificate is revoked %s', (revoked) => {
    const list = makeCrl({ issuer: of('issuing'), entries: [{ serial: revoked ? 77 : 78, reason: 1 }] }, ops);
    const status = revoked ? { status: revokedStatus(new Date('2026-05-01'), 1) } : {};
    const response = makeResponse({ leaf, issuer: issuing, key: key('issuing'), ...status }, ops);
    const byList = (der: Uint8Array): boolean =>
      judged({ ...required, crls: [...required.crls, der] }).indication === 'passed';
    const byResponse = (der: Uint8Array): boolean =>
      judged({ ...required, ocspResponses: [der] }).indication === 'passed';
    expect([byList(list), byResponse(response)]).toEqual([!revoked, !revoked]);
    expectNone(list, byList);
    expectNone(response, byResponse);
  });

  it('of a message or a time-stamp, but of its version and of its list of digests', () => {
    const message = buildMessage({ content, certificate: leaf, key: key('leaf').privateKey }, ops);
    const evidence = { ...trust, revocation: 'none' } as const;
    const stamped = (der: Uint8Array): boolean =>
      judgeTimestamp({ ...evidence, token: parseTimestampToken(der), content }, ops).indication === 'passed';
    const signed = (der: Uint8Array): boolean =>
      judgeMessage({ ...evidence, message: parseSignedData(der) }, ops).indication === 'passed';
    const tsa = { certificate: authorityCertificate(of('issuing'), key('tsa')), key: key('tsa') };
    const token = makeToken({ ...tsa, content, time: new Date('2026-05-01T00:00:00Z') });
    expect([signed(message), stamped(token)]).toEqual([true, true]);
    expectNone(message, signed, unsignedHead(message));
    expectNone(token, stamped, unsignedHead(token));
  });

  /** Version and digestAlgorithms. */
  function unsignedHead(der: Uint8Array): [number, number] {
    const info = readDer(der).sequence();
    info.next();
    const fields = info.next().nested().sequence();
    const version = fields.next();
    return [version.offset, fields.next().end];
  }
});
