import { derImplicit, derOctetString, derOid, derSequence, oids } from '@onelock/core/asn1';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import type { Certificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { anchor } from '../../test/support/certificates.ts';
import {
  basicConstraints,
  type CertificateSpec,
  extendedKeyUsage,
  extension,
  general,
  keyRing,
  keyUsage,
  makeCertificate,
  name,
  subjectAltName,
} from '../../test/support/test-ca.ts';
import type { PathInput } from './path-input.ts';
import type { PathReport } from './path-report.ts';
import { validatePath } from './validate-path.ts';
import { VerifiedPath } from './verified-path.ts';

const ops = createNodeCrypto();
const key = keyRing(ops);
const ca = [basicConstraints(), keyUsage(5, 6)];

function issue(subject: string, issuer: string, options: Partial<CertificateSpec> = {}): Certificate {
  const spec = {
    subject: name(subject),
    key: key(subject),
    issuer: { name: name(issuer), key: key(issuer) },
    ...options,
  };
  return makeCertificate(spec, ops);
}

const root = issue('root', 'root', { extensions: ca });
const middle = issue('middle', 'root', { extensions: ca });
const leaf = issue('leaf', 'middle', { extensions: [subjectAltName(general.dns('a.example.test'))] });

function judge(input: Partial<PathInput>): PathReport {
  const at = new Date('2026-06-01T00:00:00Z');
  const given = { leaf, intermediates: [middle], trustAnchors: [anchor(root)], at, profile: 'rfc5280' as const };
  return validatePath({ ...given, ...input }, ops);
}
const codeOf = ({ verdict }: PathReport): string => (verdict.indication === 'passed' ? 'passed' : verdict.reason.code);

describe('a verified path', () => {
  it('is given for a path that passed, and for no other', () => {
    const { verified, path } = judge({});
    expect(verified?.certificates).toEqual(path);
    expect(verified?.profile).toBe('rfc5280');
    expect(VerifiedPath.isGenuine(verified)).toBe(true);
    expect(judge({ trustAnchors: [] }).verified).toBeNull();
    expect(judge({ at: new Date('1990-01-01') }).verified).toBeNull();
  });

  it('cannot be made by hand, copied or changed', () => {
    const { verified } = judge({});
    const Constructor = VerifiedPath as unknown as new (...values: unknown[]) => VerifiedPath;
    expect(() => new Constructor(Symbol('mine'), [leaf], anchor(root), new Date(), 'rfc5280')).toThrow(TypeError);
    expect(VerifiedPath.isGenuine({ ...verified })).toBe(false);
    expect(VerifiedPath.isGenuine(Object.create(VerifiedPath.prototype))).toBe(false);
    expect(Object.isFrozen(verified) && Object.isFrozen(verified?.certificates)).toBe(true);
  });

  it('comes with every constraint that was asked, from the anchor to the leaf, each with its clause', () => {
    const { constraints: checked } = judge({ peerName: { kind: 'dns', value: 'a.example.test' } }).checked;
    expect(checked.every(({ satisfied, clause }) => satisfied && clause.length > 5)).toBe(true);
    expect(checked[0]?.certificate).toBe(root);
    const asked = checked.filter(({ certificate }) => certificate === leaf).map(({ constraint }) => constraint);
    expect(asked).toEqual(expect.arrayContaining(['validity', 'name-constraints', 'key-usage', 'peer-name']));
  });

  it('a way that fails says which constraint broke', () => {
    const { attempts } = judge({ peerName: { kind: 'dns', value: 'b.example.test' } });
    expect(attempts[0]?.checked.constraints.at(-1)).toMatchObject({
      constraint: 'peer-name',
      clause: 'RFC 9525 §6',
      satisfied: false,
    });
  });
});

describe('a leaf that is itself an anchor', () => {
  it('passes without being self-signed', () => {
    const report = judge({ trustAnchors: [anchor(leaf)], intermediates: [] });
    expect(codeOf(report)).toBe('passed');
    expect(report.path).toEqual([leaf]);
  });

  it('still has to be in time, strong, and allowed to do what is asked', () => {
    const trustAnchors = [anchor(leaf)];
    expect(codeOf(judge({ trustAnchors, at: new Date('2190-01-01') }))).toBe('ERR_PATH_EXPIRED');
    expect(codeOf(judge({ trustAnchors, profile: 'gm-sign' }))).toBe('ERR_PATH_ALGORITHM_WEAK');
    expect(codeOf(judge({ trustAnchors, peerName: { kind: 'dns', value: 'x.test' } }))).toBe(
      'ERR_PATH_PEER_NAME_MISMATCH',
    );
    const encrypting = issue('leaf', 'middle', { extensions: [keyUsage(2)] });
    expect(
      codeOf(judge({ leaf: encrypting, trustAnchors: [anchor(encrypting)], keyUsage: ['digitalSignature'] })),
    ).toBe('ERR_PATH_KEY_USAGE');
  });

  it('another certificate of the same name and key is not trusted with it', () => {
    const twin = issue('leaf', 'middle');
    expect(codeOf(judge({ leaf: twin, trustAnchors: [anchor(leaf)], intermediates: [] }))).toBe(
      'ERR_PATH_UNKNOWN_ISSUER',
    );
  });
});

describe('limits that the caller puts on an anchor', () => {
  it('bind names below it', () => {
    const limits = { nameConstraints: { permitted: [{ kind: 'dns', value: 'other.test' }], excluded: [] } } as const;
    expect(codeOf(judge({ trustAnchors: [{ ...anchor(root), limits }] }))).toBe('ERR_PATH_NAME_CONSTRAINT');
  });

  it('bind the length of the path, a certificate’s own limit notwithstanding', () => {
    const bare = { kind: 'name-and-key', name: root.subject, publicKey: root.publicKey } as const;
    for (const trusted of [anchor(root), bare]) {
      expect(codeOf(judge({ trustAnchors: [{ ...trusted, limits: { pathLength: 0 } }] }))).toBe(
        'ERR_PATH_LENGTH_EXCEEDED',
      );
      expect(codeOf(judge({ trustAnchors: [{ ...trusted, limits: { pathLength: 1 } }] }))).toBe('passed');
    }
  });
});

describe('names that do not chain', () => {
  it('are the reason when somebody has the key that a certificate asks for, under another name', () => {
    const id = Uint8Array.of(1, 2, 3, 4);
    const authority = extension(oids.authorityKeyIdentifier, false, derSequence(derImplicit(0, id)));
    const subject = extension(oids.subjectKeyIdentifier, false, derOctetString(id));
    const renamed = issue('renamed', 'root', { key: key('middle'), extensions: [...ca, subject] });
    const orphan = issue('leaf', 'middle', { extensions: [authority] });
    expect(codeOf(judge({ leaf: orphan, intermediates: [renamed] }))).toBe('ERR_PATH_NAME_CHAINING');
    expect(codeOf(judge({ leaf: orphan, intermediates: [] }))).toBe('ERR_PATH_UNKNOWN_ISSUER');
  });
});

describe('profiles for those who sign times and programs', () => {
  const purposes = (critical: boolean, ...wanted: readonly string[]): Uint8Array =>
    extension(oids.extendedKeyUsage, critical, derSequence(...wanted.map(derOid)));
  const signing = (extensions: readonly Uint8Array[]): Certificate => issue('signer', 'root', { extensions });
  const verdict = (profile: 'time-stamping' | 'code-signing', ...extensions: readonly Uint8Array[]): string =>
    codeOf(judge({ leaf: signing(extensions), profile }));

  it.each([
    ['as RFC 3161 has it', [purposes(true, oids.timeStamping), keyUsage(0)], 'passed'],
    ['not critical', [purposes(false, oids.timeStamping), keyUsage(0)], 'ERR_PATH_PROFILE_VIOLATION'],
    ['with another purpose', [purposes(true, oids.timeStamping, oids.serverAuth)], 'ERR_PATH_PROFILE_VIOLATION'],
    ['with a key that encrypts too', [purposes(true, oids.timeStamping), keyUsage(0, 2)], 'ERR_PATH_PROFILE_VIOLATION'],
    ['without any purpose', [keyUsage(0)], 'ERR_PATH_EXTENDED_KEY_USAGE'],
    ['for every purpose', [purposes(true, oids.anyExtendedKeyUsage)], 'ERR_PATH_EXTENDED_KEY_USAGE'],
  ] as const)('time-stamping, %s', (_case, extensions, expected) => {
    expect(verdict('time-stamping', ...extensions)).toBe(expected);
  });

  it.each([
    ['as the baseline has it', [extendedKeyUsage(oids.codeSigning), keyUsage(0)], 'passed'],
    ['a server too', [extendedKeyUsage(oids.codeSigning, oids.serverAuth), keyUsage(0)], 'ERR_PATH_PROFILE_VIOLATION'],
    ['signing certificates', [extendedKeyUsage(oids.codeSigning), keyUsage(0, 5)], 'ERR_PATH_PROFILE_VIOLATION'],
    ['without key usage', [extendedKeyUsage(oids.codeSigning)], 'ERR_PATH_KEY_USAGE'],
  ] as const)('code-signing, %s', (_case, extensions, expected) => {
    expect(verdict('code-signing', ...extensions)).toBe(expected);
  });
});
