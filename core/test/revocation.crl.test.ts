import { derOid, derSequence, derUtf8String, oids } from '@onelock/core/asn1';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { type CertificateReport, judgeCertificate, type TrustEvidence } from '@onelock/core/validation';
import type { Certificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { anchor, withByteChanged } from './support/certificates.ts';
import { basicConstraints, general, type Issuer, keyRing, keyUsage, makeCertificate, name } from './support/test-ca.ts';
import {
  authorityKeyIdentifier,
  type CrlSpec,
  delta,
  distributionPoints,
  makeCrl,
  scope,
  subjectKeyIdentifier,
  unknownExtension,
} from './support/test-crl.ts';

const ops = createNodeCrypto();
const key = keyRing(ops);
const issuerOf = (label: string, keyLabel = label): Issuer => ({ name: name(label), key: key(keyLabel) });
const at = new Date('2026-06-01T00:00:00Z');
const serial = 4711;

const root = makeCertificate(
  {
    ...{ subject: name('root'), key: key('root'), issuer: issuerOf('root') },
    extensions: [basicConstraints(), keyUsage(5, 6)],
  },
  ops,
);

const leafWith = (...extensions: readonly Uint8Array[]): Certificate =>
  makeCertificate({ subject: name('leaf'), key: key('leaf'), issuer: issuerOf('root'), serial, extensions }, ops);
const leaf = leafWith();
const crl = (spec: Partial<CrlSpec> = {}): Uint8Array => makeCrl({ issuer: issuerOf('root'), ...spec }, ops);

function judged(
  crls: readonly Uint8Array[],
  change: Partial<TrustEvidence> = {},
  certificate = leaf,
): CertificateReport {
  return judgeCertificate(
    {
      ...{ certificate, intermediates: [], trustAnchors: [anchor(root)], at },
      ...{ profile: 'rfc5280', revocation: 'require', crls },
      ...change,
    },
    ops,
  );
}

/** `passed`, the code of a failure, or the cause of what is not decided. */
function outcome({ indication, reason }: CertificateReport): string {
  if (indication === 'passed') return 'passed';
  return indication === 'failed' ? String(reason?.code) : String(reason?.params.cause);
}

const listed = [{ serial, reason: 1 }];

describe('a complete list', () => {
  it('says good of a certificate that it does not name, and how old it is', () => {
    const report = judged([crl({ entries: [{ serial: 1 }] })]);
    expect(report).toMatchObject({
      indication: 'passed',
      revocation: {
        mode: 'require',
        checked: true,
        source: 'crl',
        producedAt: '2026-05-01T00:00:00.000Z',
        ageSeconds: 31 * 86_400,
      },
    });
    expect(report.revocation.reason).toBeUndefined();
  });

  it('says revoked, of whom, since when and why', () => {
    const report = judged([crl({ entries: listed })]);
    expect(report).toMatchObject({
      indication: 'failed',
      reason: {
        code: 'ERR_REVOCATION_REVOKED',
        params: { subject: 'CN=leaf', revokedAt: '2026-04-01T00:00:00.000Z', reason: 'keyCompromise' },
      },
      subject: { subject: 'CN=leaf' },
    });
  });

  it('counts even if only available evidence is asked for, and not at all when none is', () => {
    expect(outcome(judged([crl({ entries: listed })], { revocation: 'if-available' }))).toBe('ERR_REVOCATION_REVOKED');
    expect(outcome(judged([crl({ entries: listed })], { revocation: 'none' }))).toBe('passed');
  });

  it.each([
    [0, 'unspecified'],
    [6, 'certificateHold'],
    [9, 'privilegeWithdrawn'],
    [10, 'aACompromise'],
    [12, 'unspecified'],
  ])('revokes for reason %i, called %s', (reason, words) => {
    expect(judged([crl({ entries: [{ serial, reason }] })]).reason?.params.reason).toBe(words);
  });

  it.each([
    ['a negative serial number', -5],
    ['serial number zero', 0],
    ['twenty octets', 2n ** 158n + 7n],
  ])('finds %s', (_, odd) => {
    const certificate = makeCertificate(
      { subject: name('leaf'), key: key('leaf'), issuer: issuerOf('root'), serial: odd as number },
      ops,
    );
    const entries = [{ serial: 3 }, { serial: odd }, { serial: 251 }];
    expect(outcome(judged([crl({ entries })], {}, certificate))).toBe('ERR_REVOCATION_REVOKED');
    expect(outcome(judged([crl({ entries: [{ serial: 251 }, { serial: 5 }] })], {}, certificate))).toBe('passed');
  });

  it('finds the entry wherever it stands and however often', () => {
    const others = Array.from({ length: 300 }, (_, index) => ({ serial: 300 - index }));
    for (const place of [0, 150, 300]) {
      const entries = others.toSpliced(place, 0, { serial });
      expect(outcome(judged([crl({ entries })]))).toBe('ERR_REVOCATION_REVOKED');
    }
    expect(outcome(judged([crl({ entries: [...listed, ...listed] })]))).toBe('ERR_REVOCATION_REVOKED');
  });

  it('of version 1 counts as well, except where lists must keep RFC 5280 §5', () => {
    expect(outcome(judged([crl({ version: 0 })]))).toBe('passed');
    expect(outcome(judged([crl({ version: 0, entries: [{ serial }] })]))).toBe('ERR_REVOCATION_REVOKED');
    expect(outcome(judged([crl({ number: null })]))).toBe('passed');
    const strict = { revocationPolicy: { crl: { ...crlPolicy, form: 'strict' } } } as const;
    expect(outcome(judged([crl({ version: 0 })], strict))).toBe('ERR_REVOCATION_RULE_BROKEN');
    expect(outcome(judged([crl({ number: null })], strict))).toBe('ERR_REVOCATION_RULE_BROKEN');
    expect(outcome(judged([crl()], strict))).toBe('passed');
  });
});

const crlPolicy = {
  form: 'rfc5280',
  maxAgeSeconds: null,
  graceSeconds: 0,
  clockSkewSeconds: 0,
  maxAgeWithoutNextUpdateSeconds: null,
} as const;

describe('the time of a list', () => {
  const stale = crl({ nextUpdate: new Date('2026-05-31T23:59:59Z') });

  it('must include the moment judged for; else nothing is decided and the age is told', () => {
    const report = judged([stale]);
    expect(report).toMatchObject({
      indication: 'indeterminate',
      reason: {
        code: 'ERR_REVOCATION_UNKNOWN',
        params: {
          cause: 'ERR_REVOCATION_STALE',
          subject: 'CN=leaf',
          ageSeconds: 31 * 86_400,
          validUntil: '2026-05-31T23:59:59.000Z',
        },
      },
      needs: [{ kind: 'revocation', of: 'CN=leaf' }],
      revocation: { checked: false, source: 'crl', ageSeconds: 31 * 86_400 },
    });
    expect(outcome(judged([crl({ nextUpdate: at })]))).toBe('passed');
    expect(outcome(judged([crl({ thisUpdate: at })]))).toBe('passed');
    expect(outcome(judged([crl({ thisUpdate: new Date('2026-06-01T00:00:01Z') })]))).toBe(
      'ERR_REVOCATION_NOT_YET_VALID',
    );
    expect(outcome(judged([crl({ nextUpdate: null })]))).toBe('ERR_REVOCATION_STALE');
  });

  it('is not passed over because it was only asked for if available', () => {
    expect(outcome(judged([stale], { revocation: 'if-available' }))).toBe('ERR_REVOCATION_STALE');
  });

  it('is the policy’s to widen or to narrow', () => {
    const withPolicy = (change: object): Partial<TrustEvidence> => ({
      revocationPolicy: { crl: { ...crlPolicy, ...change } },
    });
    expect(outcome(judged([stale], withPolicy({ graceSeconds: 1 })))).toBe('passed');
    expect(outcome(judged([crl()], withPolicy({ maxAgeSeconds: 31 * 86_400 })))).toBe('passed');
    expect(outcome(judged([crl()], withPolicy({ maxAgeSeconds: 31 * 86_400 - 1 })))).toBe('ERR_REVOCATION_STALE');
    expect(
      outcome(judged([crl({ nextUpdate: null })], withPolicy({ maxAgeWithoutNextUpdateSeconds: 32 * 86_400 }))),
    ).toBe('passed');
  });

  it('does not undo a revocation for good, but may undo a hold', () => {
    const nextUpdate = new Date('2026-05-02T00:00:00Z');
    expect(outcome(judged([crl({ nextUpdate, entries: listed })]))).toBe('ERR_REVOCATION_REVOKED');
    expect(outcome(judged([crl({ nextUpdate, entries: [{ serial, reason: 6 }] })]))).toBe('ERR_REVOCATION_STALE');
  });

  it('lets a newer list release a hold of an older one', () => {
    const older = crl({ entries: [{ serial, reason: 6 }], thisUpdate: new Date('2026-05-01T00:00:00Z') });
    const newer = crl({ thisUpdate: new Date('2026-05-20T00:00:00Z'), number: 2 });
    expect(outcome(judged([older, newer]))).toBe('passed');
    expect(outcome(judged([older]))).toBe('ERR_REVOCATION_REVOKED');
  });
});

describe('an earlier moment', () => {
  const thisUpdate = new Date('2026-06-20T00:00:00Z');
  const revokedOn = (day: string): Uint8Array =>
    crl({ thisUpdate, entries: [{ serial, reason: 1, at: new Date(day) }] });
  const accepted: Partial<TrustEvidence> = { revocationPolicy: { laterEvidence: 'accepted' } };

  it('is before a revocation only if later lists are accepted', () => {
    expect(outcome(judged([revokedOn('2026-06-10')]))).toBe('ERR_REVOCATION_NOT_YET_VALID');
    expect(outcome(judged([revokedOn('2026-06-10')], accepted))).toBe('passed');
    expect(outcome(judged([crl({ thisUpdate })], accepted))).toBe('passed');
  });

  it('is after a revocation that a later list dates before it', () => {
    expect(outcome(judged([revokedOn('2026-05-10')]))).toBe('ERR_REVOCATION_REVOKED');
    expect(outcome(judged([revokedOn('2026-05-10')], accepted))).toBe('ERR_REVOCATION_REVOKED');
  });

  it('is after the key went bad, whenever that was told', () => {
    const entries = [{ serial, reason: 1, at: new Date('2026-06-10'), invalidity: new Date('2026-05-31T23:00:00Z') }];
    expect(outcome(judged([crl({ thisUpdate, entries })], accepted))).toBe('ERR_REVOCATION_REVOKED');
  });

  it('is not vouched for by a list made after the certificate had expired', () => {
    const expired = makeCertificate(
      { subject: name('leaf'), key: key('leaf'), issuer: issuerOf('root'), serial, notAfter: new Date('2026-06-15') },
      ops,
    );
    expect(outcome(judged([crl({ thisUpdate })], accepted, expired))).toBe('ERR_REVOCATION_NOT_YET_VALID');
  });
});

describe('the signature on a list', () => {
  it('must be right', () => {
    const bytes = crl({ entries: listed });
    expect(outcome(judged([withByteChanged(bytes, bytes.length - 1)]))).toBe('ERR_REVOCATION_SIGNATURE_INVALID');
    const forged = makeCrl({ issuer: issuerOf('root', 'stranger') }, ops);
    expect(outcome(judged([forged]))).toBe('ERR_REVOCATION_SIGNATURE_INVALID');
    expect(outcome(judged([forged], { revocation: 'if-available' }))).toBe('ERR_REVOCATION_SIGNATURE_INVALID');
  });

  it('must be of a key that may sign lists', () => {
    const noCrlSign = makeCertificate(
      {
        subject: name('root'),
        key: key('root'),
        issuer: issuerOf('root'),
        extensions: [basicConstraints(), keyUsage(5)],
      },
      ops,
    );
    expect(outcome(judged([crl()], { trustAnchors: [anchor(noCrlSign)] }))).toBe(
      'ERR_REVOCATION_SIGNER_NOT_AUTHORIZED',
    );
  });

  it('may be of an anchor that is a name and a key', () => {
    const bare = { kind: 'name-and-key', name: root.subject, publicKey: root.publicKey } as const;
    expect(outcome(judged([crl()], { trustAnchors: [bare] }))).toBe('passed');
    expect(outcome(judged([crl({ entries: listed })], { trustAnchors: [bare] }))).toBe('ERR_REVOCATION_REVOKED');
  });

  it('of another issuer is about other certificates', () => {
    const others = makeCrl({ issuer: issuerOf('other'), entries: listed }, ops);
    expect(outcome(judged([others]))).toBe('ERR_REVOCATION_NOT_AVAILABLE');
    const report = judged([others], { revocation: 'if-available' });
    expect(report).toMatchObject({ indication: 'passed', revocation: { checked: false } });
  });
});

describe('separate keys for certificates and lists', () => {
  const crlKey = (extensions: readonly Uint8Array[], serialNumber = 50): Certificate =>
    makeCertificate(
      { subject: name('root'), key: key('crl'), issuer: issuerOf('root'), serial: serialNumber, extensions },
      ops,
    );
  const signer = crlKey([keyUsage(6)]);
  const byCrlKey = (spec: Partial<CrlSpec> = {}): Uint8Array =>
    makeCrl({ issuer: issuerOf('root', 'crl'), ...spec }, ops);

  it('count when the signer’s own certificate is found, may sign lists and is not revoked itself', () => {
    const forSigner = crl({ entries: [{ serial: 1 }], nextUpdate: new Date('2026-07-01') });
    const evidence = { intermediates: [signer] };
    expect(outcome(judged([byCrlKey({ entries: listed }), forSigner], evidence))).toBe('ERR_REVOCATION_REVOKED');
    expect(outcome(judged([byCrlKey()]))).toBe('ERR_REVOCATION_SIGNATURE_INVALID');
    const onlyBySigner = { ...evidence, revocation: 'if-available' } as const;
    expect(outcome(judged([byCrlKey()], onlyBySigner))).toBe('passed');
  });

  it('do not count when the signer cannot be known to be good, for it cannot vouch for itself', () => {
    expect(outcome(judged([byCrlKey()], { intermediates: [signer] }))).toBe('ERR_REVOCATION_SIGNER_NOT_AUTHORIZED');
  });

  it('do not count when the signer was revoked', () => {
    const revokedSigner = crl({ entries: [{ serial: 50, reason: 1 }], number: 9, extensions: [scope({ only: 'ca' })] });
    const signerCa = crlKey([basicConstraints(), keyUsage(6)]);
    const evidence = { intermediates: [signerCa], revocation: 'if-available' } as const;
    expect(outcome(judged([byCrlKey(), revokedSigner], evidence))).toBe('ERR_REVOCATION_SIGNER_NOT_AUTHORIZED');
  });

  it('do not count without cRLSign, or without a path', () => {
    const wrong = { intermediates: [crlKey([keyUsage(5)])], revocation: 'if-available' } as const;
    expect(outcome(judged([byCrlKey()], wrong))).toBe('ERR_REVOCATION_SIGNER_NOT_AUTHORIZED');
    const stranger = makeCertificate(
      { subject: name('root'), key: key('crl'), issuer: issuerOf('nobody'), extensions: [keyUsage(6)] },
      ops,
    );
    const noPath = { intermediates: [stranger], revocation: 'if-available' } as const;
    expect(outcome(judged([byCrlKey()], noPath))).toBe('ERR_REVOCATION_SIGNER_NOT_AUTHORIZED');
  });

  it('are told apart by the authority key identifier', () => {
    const [one, two] = [Uint8Array.of(1), Uint8Array.of(2)];
    const marked = crlKey([keyUsage(6), subjectKeyIdentifier(two)]);
    const evidence = { intermediates: [marked], revocation: 'if-available' } as const;
    expect(outcome(judged([byCrlKey({ extensions: [authorityKeyIdentifier(two)] })], evidence))).toBe('passed');
    expect(outcome(judged([byCrlKey({ extensions: [authorityKeyIdentifier(one)] })], evidence))).toBe('passed');
    expect(outcome(judged([crl({ extensions: [authorityKeyIdentifier(two)] })], evidence))).toBe(
      'ERR_REVOCATION_SIGNATURE_INVALID',
    );
  });
});

describe('extensions that nobody knows', () => {
  it('forbid the use of a list when critical, and do nothing otherwise', () => {
    expect(outcome(judged([crl({ extensions: [unknownExtension(true)] })]))).toBe('ERR_REVOCATION_EXTENSION_UNKNOWN');
    expect(outcome(judged([crl({ extensions: [unknownExtension(false)] })]))).toBe('passed');
  });

  it('forbid the use of the whole list when critical in any entry', () => {
    const entry = (critical: boolean) => [{ serial: 1, extensions: [unknownExtension(critical)] }];
    expect(outcome(judged([crl({ entries: entry(true) })]))).toBe('ERR_REVOCATION_EXTENSION_UNKNOWN');
    expect(outcome(judged([crl({ entries: entry(false) })]))).toBe('passed');
  });
});

describe('the scope of a list', () => {
  const uri = (text: string): Uint8Array => general.uri(`http://crl.test/${text}`);

  it.each([
    ['user', false, 'passed'],
    ['ca', false, 'ERR_REVOCATION_OUT_OF_SCOPE'],
    ['attribute', false, 'ERR_REVOCATION_OUT_OF_SCOPE'],
    ['user', true, 'ERR_REVOCATION_OUT_OF_SCOPE'],
    ['ca', true, 'passed'],
  ] as const)('limited to %s certificates, asked about a CA: %s', (only, isCa, expected) => {
    const certificate = isCa ? leafWith(basicConstraints(), keyUsage(5)) : leaf;
    expect(outcome(judged([crl({ extensions: [scope({ only })] })], {}, certificate))).toBe(expected);
  });

  it('is the distribution point by a common name', () => {
    const certificate = leafWith(distributionPoints({ names: [uri('a'), uri('b')] }));
    const named = (...names: readonly Uint8Array[]): Uint8Array => crl({ extensions: [scope({ names })] });
    expect(outcome(judged([named(uri('b'))], {}, certificate))).toBe('passed');
    expect(outcome(judged([named(uri('c'))], {}, certificate))).toBe('ERR_REVOCATION_OUT_OF_SCOPE');
    expect(outcome(judged([named(uri('b'))]))).toBe('ERR_REVOCATION_OUT_OF_SCOPE');
    expect(outcome(judged([named(general.directory(name('root')))]))).toBe('passed');
    expect(outcome(judged([crl()], {}, certificate))).toBe('passed');
  });

  it('may be named relative to the issuer of the list', () => {
    const rdn = derSequence(derOid(oids.commonName), derUtf8String('part 1'));
    const whole = name('root', 'part 1');
    const relative = leafWith(distributionPoints({ relative: rdn }));
    const full = leafWith(distributionPoints({ names: [general.directory(whole)] }));
    for (const certificate of [relative, full]) {
      expect(outcome(judged([crl({ extensions: [scope({ relative: rdn })] })], {}, certificate))).toBe('passed');
      expect(
        outcome(judged([crl({ extensions: [scope({ names: [general.directory(whole)] })] })], {}, certificate)),
      ).toBe('passed');
    }
    const other = scope({ names: [general.directory(name('root', 'part 2'))] });
    expect(outcome(judged([crl({ extensions: [other] })], {}, relative))).toBe('ERR_REVOCATION_OUT_OF_SCOPE');
  });

  it('by reasons is good only when lists together cover them all', () => {
    const some = crl({ extensions: [scope({ reasons: [1, 2] })] });
    const rest = crl({ extensions: [scope({ reasons: [3, 4, 5, 6, 7, 8] })], thisUpdate: new Date('2026-05-02') });
    const report = judged([some]);
    expect(outcome(report)).toBe('ERR_REVOCATION_REASONS_INCOMPLETE');
    expect(report.reason?.params.missing).toContain('certificateHold');
    expect(outcome(judged([some, rest]))).toBe('passed');
    const listedInRest = crl({
      extensions: [scope({ reasons: [3, 4, 5, 6, 7, 8] })],
      entries: [{ serial, reason: 4 }],
    });
    expect(outcome(judged([some, listedInRest]))).toBe('ERR_REVOCATION_REVOKED');
  });

  it('by reasons of the distribution point counts as well', () => {
    const half = leafWith(distributionPoints({ names: [uri('a')], reasons: [1, 2] }));
    expect(outcome(judged([crl({ extensions: [scope({ names: [uri('a')] })] })], {}, half))).toBe(
      'ERR_REVOCATION_REASONS_INCOMPLETE',
    );
    const both = leafWith(
      distributionPoints({ names: [uri('a')], reasons: [1, 2] }, { names: [uri('b')], reasons: [3, 4, 5, 6, 7, 8] }),
    );
    const lists = ['a', 'b'].map((part) => crl({ extensions: [scope({ names: [uri(part)] })] }));
    expect(outcome(judged(lists, {}, both))).toBe('passed');
  });
});

describe('an indirect list', () => {
  const listIssuer = makeCertificate(
    { subject: name('lists'), key: key('lists'), issuer: issuerOf('root'), serial: 60, extensions: [keyUsage(6)] },
    ops,
  );
  const certificate = leafWith(distributionPoints({ crlIssuer: name('lists') }));
  const indirect = scope({ indirect: true });
  const lists = (spec: Partial<CrlSpec>): Uint8Array =>
    makeCrl({ issuer: issuerOf('lists'), extensions: [indirect], ...spec }, ops);
  const evidence = { intermediates: [listIssuer] };
  const ask = (...crls: readonly Uint8Array[]): string => outcome(judged([...crls, crl()], evidence, certificate));

  it('speaks for the certificates whose issuer it names', () => {
    expect(ask(lists({ entries: [{ serial, issuer: name('root') }] }))).toBe('ERR_REVOCATION_REVOKED');
    expect(ask(lists({ entries: [{ serial: 1, issuer: name('root') }, { serial }] }))).toBe('ERR_REVOCATION_REVOKED');
  });

  it('does not speak of a namesake number of another issuer', () => {
    const only = (spec: Partial<CrlSpec>): string =>
      outcome(judged([lists(spec)], { ...evidence, revocation: 'if-available' }, certificate));
    expect(only({ entries: [{ serial }] })).toBe('passed');
    expect(
      only({
        entries: [
          { serial: 1, issuer: name('root') },
          { serial, issuer: name('other') },
        ],
      }),
    ).toBe('passed');
    expect(
      only({
        entries: [
          { serial, issuer: name('other') },
          { serial, issuer: name('root') },
        ],
      }),
    ).toBe('ERR_REVOCATION_REVOKED');
  });

  it('counts only for certificates that name its issuer, and only when it says that it is indirect', () => {
    const spec = { entries: [{ serial, issuer: name('root') }] };
    expect(outcome(judged([lists(spec)], evidence))).toBe('ERR_REVOCATION_NOT_AVAILABLE');
    const notIndirect = lists({ entries: [{ serial }], extensions: [] });
    expect(outcome(judged([notIndirect], evidence, certificate))).toBe('ERR_REVOCATION_OUT_OF_SCOPE');
    expect(outcome(judged([crl(spec)]))).toBe('ERR_REVOCATION_RULE_BROKEN');
  });
});

describe('an indirect list whose issuer is on it itself', () => {
  const point = distributionPoints({ crlIssuer: name('lists') });
  const listIssuer = makeCertificate(
    {
      subject: name('lists'),
      key: key('lists'),
      issuer: issuerOf('root'),
      serial: 60,
      extensions: [keyUsage(6), point],
    },
    ops,
  );
  const ask = (entries: NonNullable<CrlSpec['entries']>): string => {
    const list = makeCrl({ issuer: issuerOf('lists'), extensions: [scope({ indirect: true })], entries }, ops);
    return outcome(judged([list], { intermediates: [listIssuer] }, leafWith(point)));
  };

  it('is believed, because the issuer of both has said so, until it names itself', () => {
    expect(ask([{ serial: 1, issuer: name('root') }])).toBe('passed');
    expect(ask([{ serial, issuer: name('root') }])).toBe('ERR_REVOCATION_REVOKED');
    expect(ask([{ serial: 60, issuer: name('root') }])).toBe('ERR_REVOCATION_SIGNER_NOT_AUTHORIZED');
  });
});

describe('a delta', () => {
  const base = crl({ number: 5, entries: [{ serial: 9, reason: 6 }] });
  const change = (spec: Partial<CrlSpec> & { from?: number } = {}): Uint8Array =>
    crl({
      number: 7,
      thisUpdate: new Date('2026-05-20'),
      ...spec,
      extensions: [delta(spec.from ?? 5), ...(spec.extensions ?? [])],
    });

  it('adds what its base did not know', () => {
    expect(outcome(judged([base, change()]))).toBe('passed');
    expect(outcome(judged([base, change({ entries: listed })]))).toBe('ERR_REVOCATION_REVOKED');
    expect(outcome(judged([base, change({ entries: [{ serial, reason: 6 }] })]))).toBe('ERR_REVOCATION_REVOKED');
  });

  it('takes back a hold', () => {
    const held = crl({ number: 5, entries: [{ serial, reason: 6 }] });
    expect(outcome(judged([held]))).toBe('ERR_REVOCATION_REVOKED');
    expect(outcome(judged([held, change({ entries: [{ serial, reason: 8 }] })]))).toBe('passed');
    expect(outcome(judged([crl({ number: 5, entries: listed }), change({ entries: [{ serial, reason: 8 }] })]))).toBe(
      'ERR_REVOCATION_REVOKED',
    );
  });

  it('alone says good of nobody', () => {
    expect(outcome(judged([change()]))).not.toBe('passed');
    expect(outcome(judged([change({ entries: listed })]))).toBe('ERR_REVOCATION_REVOKED');
  });

  it('refreshes a base that is out of date', () => {
    const old = crl({ number: 5, nextUpdate: new Date('2026-05-10') });
    expect(outcome(judged([old]))).toBe('ERR_REVOCATION_STALE');
    expect(outcome(judged([old, change()]))).toBe('passed');
  });

  it.each([
    ['made over a newer base', { from: 6 }],
    ['older than its base', { number: 4 }],
    ['out of date itself', { nextUpdate: new Date('2026-05-21') }],
    ['of another scope', { extensions: [scope({ only: 'user' })] }],
    ['of another key identifier', { extensions: [authorityKeyIdentifier(Uint8Array.of(7))] }],
    ['without a number', { number: null }],
  ] as const)('%s changes nothing about a base', (_, spec) => {
    const old = crl({ number: 5, nextUpdate: new Date('2026-05-10') });
    expect(outcome(judged([old, change(spec)]))).not.toBe('passed');
    expect(outcome(judged([base, change(spec)]))).toBe('passed');
  });
});

describe('a path of several certificates', () => {
  const middle = makeCertificate(
    {
      ...{ subject: name('middle'), key: key('middle'), issuer: issuerOf('root'), serial: 70 },
      extensions: [basicConstraints(), keyUsage(5, 6)],
    },
    ops,
  );
  const below = makeCertificate({ subject: name('below'), key: key('below'), issuer: issuerOf('middle'), serial }, ops);
  const ofMiddle = makeCrl({ issuer: issuerOf('middle') }, ops);
  const ask = (crls: readonly Uint8Array[], revocation: 'require' | 'if-available'): CertificateReport =>
    judged(crls, { intermediates: [middle], revocation }, below);

  it('is good when each has been looked up', () => {
    expect(outcome(ask([ofMiddle, crl()], 'require'))).toBe('passed');
  });

  it('fails for the one that was revoked', () => {
    expect(ask([ofMiddle, crl({ entries: [{ serial: 70, reason: 2 }] })], 'if-available')).toMatchObject({
      indication: 'failed',
      reason: { code: 'ERR_REVOCATION_REVOKED', params: { subject: 'CN=middle', reason: 'cACompromise' } },
      subject: { subject: 'CN=middle' },
    });
  });

  it('goes another way round an issuer’s certificate that was revoked, where there is one', () => {
    const renewed = makeCertificate(
      {
        ...{ subject: name('middle'), key: key('middle'), issuer: issuerOf('root'), serial: 71 },
        extensions: [basicConstraints(), keyUsage(5, 6)],
      },
      ops,
    );
    const ways = (...serials: readonly number[]): CertificateReport => {
      const ofRoot = crl({ entries: serials.map((number) => ({ serial: number, reason: 4 })) });
      return judged([ofMiddle, ofRoot], { intermediates: [middle, renewed] }, below);
    };
    for (const serials of [[], [70], [71]]) expect(outcome(ways(...serials))).toBe('passed');
    expect(ways(70).path[1]?.serialNumber).toBe('47');
    expect(ways(71).path[1]?.serialNumber).toBe('46');
    expect(outcome(ways(70, 71))).toBe('ERR_REVOCATION_REVOKED');
  });

  it('is open, and says so, while one has not been looked up', () => {
    expect(ask([ofMiddle], 'require')).toMatchObject({
      indication: 'indeterminate',
      reason: { params: { subject: 'CN=middle', cause: 'ERR_REVOCATION_NOT_AVAILABLE' } },
    });
    expect(ask([ofMiddle], 'if-available')).toMatchObject({
      indication: 'passed',
      revocation: { checked: true, reason: { params: { subject: 'CN=middle' } } },
    });
    expect(ask([crl()], 'if-available')).toMatchObject({ indication: 'passed', revocation: { checked: false } });
  });

  it('says nothing of lists where the path itself fails', () => {
    const report = judged([crl({ entries: listed })], { at: new Date('2050-01-01') });
    expect(report.reason?.code).toBe('ERR_PATH_EXPIRED');
  });
});
