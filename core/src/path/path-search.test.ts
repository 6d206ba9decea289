import { derNull, derOid, derSequence, oids } from '@onelock/core/asn1';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { Certificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { anchor } from '../../test/support/certificates.ts';
import {
  basicConstraints,
  type CertificateSpec,
  extendedKeyUsage,
  extension,
  keyRing,
  keyUsage,
  makeCertificate,
  name,
} from '../../test/support/test-ca.ts';
import type { PathInput } from './path-input.ts';
import type { PathReport } from './path-report.ts';
import { validatePath } from './validate-path.ts';

const ops = createNodeCrypto();
const key = keyRing(ops);
const ca = [basicConstraints(), keyUsage(5, 6)];

/** A certificate named after its key's label; the issuer likewise. */
function issue(subject: string, issuer: string, options: Partial<CertificateSpec> = {}): Certificate {
  const spec: CertificateSpec = {
    subject: name(subject),
    key: key(subject),
    issuer: { name: name(issuer), key: key(issuer) },
    ...options,
  };
  return makeCertificate(spec, ops);
}

const root = issue('root', 'root', { extensions: ca });
const middle = issue('middle', 'root', { extensions: ca });
const leaf = issue('leaf', 'middle');

function judge(input: Partial<PathInput>): PathReport {
  const defaults: PathInput = {
    leaf,
    intermediates: [middle],
    trustAnchors: [anchor(root)],
    at: new Date('2026-06-01T00:00:00Z'),
    profile: 'rfc5280',
  };
  return validatePath({ ...defaults, ...input }, ops);
}

const codeOf = ({ verdict }: PathReport): string => (verdict.indication === 'passed' ? 'passed' : verdict.reason.code);

describe('building a path', () => {
  it('reports the path it found, leaf first and anchor last', () => {
    expect(judge({}).path).toEqual([leaf, middle, root]);
    expect(judge({}).anchor).toEqual(anchor(root));
  });

  it('takes a name and a key for an anchor', () => {
    const bare = { kind: 'name-and-key', name: root.subject, publicKey: root.publicKey } as const;
    const report = judge({ trustAnchors: [bare] });
    expect(codeOf(report)).toBe('passed');
    expect(report.path).toEqual([leaf, middle]);
  });

  it('stops at a trusted intermediate', () => {
    expect(judge({ trustAnchors: [anchor(middle)], intermediates: [] }).path).toEqual([leaf, middle]);
  });

  it('finds the way in any order and among useless certificates', () => {
    const useless = [issue('other', 'root', { extensions: ca }), leaf, issue('middle', 'other', { extensions: ca })];
    expect(codeOf(judge({ intermediates: [...useless, middle, ...useless] }))).toBe('passed');
  });

  it('goes back and tries the next issuer when one has expired', () => {
    const expired = issue('middle', 'root', { extensions: ca, notAfter: new Date('2021-01-01T00:00:00Z') });
    const report = judge({ intermediates: [expired, middle] });
    expect(codeOf(report)).toBe('passed');
    expect(codeOf(judge({ intermediates: [expired] }))).toBe('ERR_PATH_EXPIRED');
  });

  it('goes back when a path reached an anchor and failed there', () => {
    const narrow = issue('narrow-root', 'narrow-root', { extensions: [basicConstraints(0), keyUsage(5)] });
    const viaNarrow = issue('middle', 'narrow-root', { extensions: ca });
    const report = judge({ intermediates: [viaNarrow, middle], trustAnchors: [anchor(narrow), anchor(root)] });
    expect(codeOf(report)).toBe('passed');
    const blocked = judge({
      intermediates: [viaNarrow],
      trustAnchors: [anchor(narrow)],
    });
    expect(codeOf(blocked)).toBe('ERR_PATH_LENGTH_EXCEEDED');
  });

  it('says whose issuer is missing', () => {
    const { verdict } = judge({ intermediates: [] });
    expect(verdict).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_PATH_UNKNOWN_ISSUER', params: { issuer: 'CN=middle' } },
    });
  });

  it('cannot decide when nothing is trusted, and says what it needs', () => {
    expect(judge({ trustAnchors: [] }).verdict).toMatchObject({
      indication: 'indeterminate',
      needs: [{ kind: 'trust-anchor', of: 'CN=middle' }],
    });
  });

  it('never takes an anchor from the intermediates', () => {
    expect(
      codeOf(judge({ intermediates: [middle, root], trustAnchors: [anchor(issue('x', 'x', { extensions: ca }))] })),
    ).toBe('ERR_PATH_UNKNOWN_ISSUER');
  });

  it('judges by the instant given, ends of the validity included', () => {
    expect(codeOf(judge({ at: new Date('2020-01-01T00:00:00Z') }))).toBe('passed');
    expect(codeOf(judge({ at: new Date('2019-12-31T23:59:59.999Z') }))).toBe('ERR_PATH_NOT_YET_VALID');
    expect(codeOf(judge({ at: new Date('2040-01-01T00:00:00Z') }))).toBe('passed');
    expect(codeOf(judge({ at: new Date('2040-01-01T00:00:00.001Z') }))).toBe('ERR_PATH_EXPIRED');
  });

  it('refuses an instant that is none, instead of finding everything valid', () => {
    expect(() => judge({ at: new Date('no time at all') })).toFailWith('ERR_REQUEST_INVALID');
  });

  it('prefers the reason of a path that reached an anchor', () => {
    const stranded = issue('middle', 'nobody', { extensions: ca });
    const report = judge({ intermediates: [stranded, middle], peerName: { kind: 'dns', value: 'example.cn' } });
    expect(codeOf(report)).toBe('ERR_PATH_PEER_NAME_MISMATCH');
    expect(report.attempts.map(({ reason }) => reason.code)).toEqual([
      'ERR_PATH_PEER_NAME_MISMATCH',
      'ERR_PATH_UNKNOWN_ISSUER',
    ]);
  });
});

describe('checking a path', () => {
  it('wants the outer and the inner signature algorithm to be the same', () => {
    const outerAlgorithm = derSequence(derOid(oids.ecdsaWithSha384));
    expect(codeOf(judge({ leaf: issue('leaf', 'middle', { outerAlgorithm }) }))).toBe('ERR_PATH_PROFILE_VIOLATION');
  });

  it('calls MD5 weak and an unknown algorithm undecidable', () => {
    const signedBy = (oid: string): Partial<PathInput> => {
      const honest = issue('leaf', 'middle');
      const identifier = derSequence(derOid(oid), derNull());
      const algorithm = { oid, parameters: undefined, der: identifier };
      const stub = { signatureAlgorithm: algorithm, tbsSignatureAlgorithm: algorithm, signatureAlgorithmsMatch: true };
      return { leaf: Object.create(honest, Object.getOwnPropertyDescriptors(stub)) as Certificate };
    };
    expect(codeOf(judge(signedBy(oids.md5WithRsaEncryption)))).toBe('ERR_PATH_ALGORITHM_WEAK');
    const unknown = judge(signedBy('1.2.3.4.5'));
    expect(unknown.verdict).toMatchObject({ indication: 'indeterminate', needs: [{ kind: 'algorithm' }] });
  });

  it('does not count self-issued certificates against a path length, nor the leaf', () => {
    const limited = issue('limited', 'root', { extensions: [basicConstraints(0), keyUsage(5)] });
    const renewed = makeCertificate(
      {
        subject: name('limited'),
        key: key('limited renewed'),
        issuer: { name: name('limited'), key: key('limited') },
        extensions: ca,
      },
      ops,
    );
    const below = makeCertificate(
      { subject: name('leaf'), key: key('leaf'), issuer: { name: name('limited'), key: key('limited renewed') } },
      ops,
    );
    expect(codeOf(judge({ leaf: below, intermediates: [renewed, limited] }))).toBe('passed');
    const further = [issue('middle', 'limited', { extensions: ca }), limited];
    expect(codeOf(judge({ intermediates: further }))).toBe('ERR_PATH_LENGTH_EXCEEDED');
    expect(codeOf(judge({ leaf: issue('sub-ca', 'limited', { extensions: ca }), intermediates: [limited] }))).toBe(
      'passed',
    );
  });

  it('limits the number of intermediates when asked to', () => {
    expect(codeOf(judge({ maxIntermediates: 1 }))).toBe('passed');
    expect(codeOf(judge({ maxIntermediates: 0 }))).toBe('ERR_PATH_LENGTH_EXCEEDED');
  });

  it('wants every bit asked for, and one of each alternative', () => {
    const signing = issue('leaf', 'middle', { extensions: [keyUsage(0, 1)] });
    expect(codeOf(judge({ leaf: signing, keyUsage: ['digitalSignature', 'nonRepudiation'] }))).toBe('passed');
    expect(codeOf(judge({ leaf: signing, keyUsage: ['digitalSignature', 'keyAgreement'] }))).toBe('ERR_PATH_KEY_USAGE');
    expect(codeOf(judge({ leaf: signing, keyUsageAnyOf: ['keyAgreement', 'nonRepudiation'] }))).toBe('passed');
    expect(codeOf(judge({ leaf: signing, keyUsageAnyOf: ['keyAgreement'] }))).toBe('ERR_PATH_KEY_USAGE');
    expect(codeOf(judge({ keyUsage: ['digitalSignature'] }))).toBe('passed');
    expect(codeOf(judge({ profile: 'gm-sign' }))).toBe('ERR_PATH_ALGORITHM_WEAK');
  });

  it('wants the purpose in the leaf and in every CA that lists purposes', () => {
    const purposeful = issue('leaf', 'middle', { extensions: [extendedKeyUsage(oids.clientAuth)] });
    const other = issue('middle', 'root', { extensions: [...ca, extendedKeyUsage(oids.emailProtection)] });
    const any = issue('middle', 'root', { extensions: [...ca, extendedKeyUsage(oids.anyExtendedKeyUsage)] });
    const extendedKeyUsageAsked = [oids.clientAuth];
    expect(codeOf(judge({ leaf: purposeful, extendedKeyUsage: extendedKeyUsageAsked }))).toBe('passed');
    expect(codeOf(judge({ leaf: purposeful, extendedKeyUsage: [oids.serverAuth] }))).toBe(
      'ERR_PATH_EXTENDED_KEY_USAGE',
    );
    expect(codeOf(judge({ leaf: purposeful, intermediates: [other], extendedKeyUsage: extendedKeyUsageAsked }))).toBe(
      'ERR_PATH_EXTENDED_KEY_USAGE',
    );
    expect(codeOf(judge({ leaf: purposeful, intermediates: [any], extendedKeyUsage: extendedKeyUsageAsked }))).toBe(
      'passed',
    );
  });

  it('refuses an unknown critical extension wherever it stands, and ignores it off the path', () => {
    const odd = extension('1.2.3.4', true, derNull());
    expect(codeOf(judge({ leaf: issue('leaf', 'middle', { extensions: [odd] }) }))).toBe(
      'ERR_PATH_CRITICAL_EXTENSION_UNKNOWN',
    );
    expect(codeOf(judge({ intermediates: [issue('middle', 'root', { extensions: [...ca, odd] })] }))).toBe(
      'ERR_PATH_CRITICAL_EXTENSION_UNKNOWN',
    );
    const oddRoot = issue('root', 'root', { extensions: [...ca, odd] });
    expect(codeOf(judge({ trustAnchors: [anchor(oddRoot)] }))).toBe('ERR_PATH_CRITICAL_EXTENSION_UNKNOWN');
    expect(codeOf(judge({ intermediates: [issue('aside', 'root', { extensions: [odd] }), middle] }))).toBe('passed');
  });

  it('refuses an anchor that is no CA and one whose time has passed', () => {
    const notCa = issue('root', 'root', { extensions: [keyUsage(5)] });
    expect(codeOf(judge({ trustAnchors: [anchor(notCa)] }))).toBe('ERR_PATH_ISSUER_NOT_CA');
    const old = issue('root', 'root', { extensions: ca, notAfter: new Date('2025-01-01T00:00:00Z') });
    expect(codeOf(judge({ trustAnchors: [anchor(old)] }))).toBe('ERR_PATH_EXPIRED');
  });
});
