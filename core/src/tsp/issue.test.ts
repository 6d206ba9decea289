import { describe, expect, it } from 'vitest';
import { keyRing, name } from '../../test/support/test-ca.ts';
import { authorityCertificate } from '../../test/support/test-tsa.ts';
import { createNodeCrypto } from '../crypto/node.ts';
import { checkTimestampToken } from './check-token.ts';
import { encodeTimestampGrant, encodeTimestampRefusal, prepareTimestamp } from './issue.ts';
import { encodeTimestampRequest, parseTimestampRequest } from './request.ts';
import { parseTimestampResponse, requireGranted } from './response.ts';

const ops = createNodeCrypto();

describe.each([
  ['sm2', { kind: 'sm2' }, 'sm3'],
  ['rsa', { kind: 'rsa', bits: 2048 }, 'sha256'],
  ['p256', { kind: 'ec', curve: 'p256' }, 'sha384'],
] as const)('a stamp that we issue with an %s key', (_kind, kind, digestAlgorithm) => {
  const keys = keyRing(ops, kind);
  const certificate = authorityCertificate({ name: name('CA'), key: keys('ca') }, keys('tsa'));
  const content = new TextEncoder().encode('投标文件');
  const issue = (wantsCertificate: boolean, time = new Date('2026-06-01T08:00:00.120Z')) => {
    const digest = ops.digest(digestAlgorithm, content);
    const request = parseTimestampRequest(
      encodeTimestampRequest({ digestAlgorithm, digest, nonce: Uint8Array.of(0xff, 1), wantsCertificate }),
    );
    const prepared = prepareTimestamp(
      {
        ...{
          request,
          policy: '2.999.1',
          serialNumber: Uint8Array.of(0x80, 7),
          time,
          accuracySeconds: 1,
          ordering: true,
        },
        ...{ certificate },
      },
      ops,
    );
    const token = prepared.assemble(ops.sign(keys('tsa').privateKey, prepared.algorithm, prepared.toBeSigned));
    return { request, token: requireGranted(parseTimestampResponse(encodeTimestampGrant(token))) };
  };

  it('says what it was asked, and holds against the question', () => {
    const { request, token } = issue(true);
    expect(token.info).toMatchObject({
      ...{ policy: '2.999.1', serialNumber: '8007', time: new Date('2026-06-01T08:00:00.120Z') },
      ...{ accuracyMicroseconds: 1_000_000, ordering: true, authority: { kind: 'directory' } },
    });
    expect(checkTimestampToken(token, { content, request }, ops).verdict).toEqual({ indication: 'passed' });
  });

  it('carries its certificate only where it was asked to', () => {
    const { request, token } = issue(false, new Date('2026-06-01T08:00:00Z'));
    expect(token.signedData.certificates).toHaveLength(0);
    const check = (certificates: (typeof certificate)[]) =>
      checkTimestampToken(token, { request, certificates }, ops).verdict.indication;
    expect(check([])).toBe('indeterminate');
    expect(check([certificate])).toBe('passed');
  });
});

describe('a refusal that we issue', () => {
  it('names its failure', () => {
    const response = parseTimestampResponse(encodeTimestampRefusal('timeNotAvailable', '时钟不可信'));
    expect(response).toEqual({ status: 'rejection', text: '时钟不可信', failure: ['timeNotAvailable'], token: null });
    expect(() => requireGranted(response)).toFailWith('ERR_TIMESTAMP_REFUSED');
  });
});
