import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodePem, encodePem } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { buildOcspRequest, parseCertificateList, parseOcspResponse } from '@onelock/core/revocation';
import { type CertificateReport, judgeCertificate, type TrustEvidence } from '@onelock/core/validation';
import type { Certificate } from '@onelock/core/x509';
import { afterAll, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { openssl, sm2DistinguishingId, tryOpenssl } from '../../vectors/recipes/openssl.ts';
import { anchor, loadCertificate, ownCertificate, ownPki, withByteChanged } from './support/certificates.ts';
import { basicConstraints, general, type Issuer, keyRing, keyUsage, makeCertificate, name } from './support/test-ca.ts';
import {
  type CrlSpec,
  delta,
  distributionPoints,
  freshestCrl,
  makeCrl,
  scope,
  unknownExtension,
} from './support/test-crl.ts';

const ops = createNodeCrypto();
const work = mkdtempSync(path.join(tmpdir(), 'onelock-revocation-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const inWork = (file: string): string => path.join(work, file);
const own = (file: string): string => path.join(ownPki, `${file}.pem`);
const pemBytes = (file: string): Uint8Array => {
  const [block] = decodePem(readFileSync(file, 'utf8'));
  if (block === undefined) throw new Error(`${file} is empty`);
  return block.bytes;
};

const families = ['rsa', 'sm2', 'p256'] as const;
type Family = (typeof families)[number];
const digestOf = (family: Family): string => (family === 'sm2' ? 'sm3' : 'sha256');
const signWithId = (family: Family): readonly string[] => (family === 'sm2' ? ['-sigopt', sm2DistinguishingId] : []);

/** What OpenSSL's `ca` knows of the certificates that an issuer gave out. */
function database(label: string, revoked: readonly Certificate[], valid: readonly Certificate[] = []): string {
  const number = ({ serialNumber }: Certificate): string => serialNumber.toUpperCase();
  const lines = [
    ...revoked.map((one) => `R\t591231235959Z\t240101000000Z,keyCompromise\t${number(one)}\tunknown\t/CN=revoked`),
    ...valid.map((one) => `V\t591231235959Z\t\t${number(one)}\tunknown\t/CN=valid`),
  ];
  const file = inWork(`${label}.txt`);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

let lists = 0;

/** A list made by `openssl ca -gencrl` for the family's intermediate, or another issuer of it. */
function opensslCrl(
  family: Family,
  revoked: readonly Certificate[],
  extensions: readonly string[] = [],
  issuer = 'intermediate',
): Uint8Array {
  const label = `list-${lists++}`;
  const config = [
    ...['[ca]', 'default_ca = it', '[it]', `database = ${database(label, revoked)}`],
    ...[`crlnumber = ${inWork(`${label}.number`)}`, `default_md = ${digestOf(family)}`, 'crl_extensions = list'],
    ...['[list]', 'authorityKeyIdentifier = keyid', ...extensions, ''],
  ];
  writeFileSync(inWork(`${label}.cnf`), config.join('\n'));
  writeFileSync(inWork(`${label}.number`), '10\n');
  const signer = ['-cert', own(`${family}/${issuer}`), '-keyfile', own(`${family}/${issuer}.test-key`)];
  const period = ['-crl_lastupdate', '20260101000000Z', '-crl_nextupdate', '20270101000000Z'];
  const out = inWork(`${label}.pem`);
  openssl([
    'ca',
    '-gencrl',
    '-config',
    inWork(`${label}.cnf`),
    ...signer,
    ...period,
    ...signWithId(family),
    '-out',
    out,
  ]);
  return pemBytes(out);
}

function judged(
  family: Family,
  change: Partial<TrustEvidence>,
  certificate = ownCertificate(`${family}/leaf`),
): CertificateReport {
  return judgeCertificate(
    {
      ...{ certificate, intermediates: [ownCertificate(`${family}/intermediate`)] },
      ...{ trustAnchors: [anchor(ownCertificate(`${family}/root`))], at: new Date('2026-06-01T00:00:00Z') },
      ...{ profile: 'rfc5280', revocation: 'if-available' },
      ...change,
    },
    ops,
  );
}

const outcome = ({ indication, reason }: CertificateReport): string =>
  indication === 'passed' ? 'passed' : String(reason?.params.cause ?? reason?.code);

requireReal('OpenSSL', opensslCommand())('lists made by OpenSSL', () => {
  describe.each(families)('with %s keys', (family) => {
    const leaf = ownCertificate(`${family}/leaf`);
    const other = ownCertificate(`${family}/expired`);

    it('revoke whom they name', () => {
      const report = judged(family, { crls: [opensslCrl(family, [other, leaf])] });
      expect(report).toMatchObject({
        indication: 'failed',
        reason: {
          code: 'ERR_REVOCATION_REVOKED',
          params: { revokedAt: '2024-01-01T00:00:00.000Z', reason: 'keyCompromise' },
        },
      });
    });

    it('say good of the others, as long as every issuer’s list is there', () => {
      const [ofIntermediate, ofRoot] = [opensslCrl(family, [other]), opensslCrl(family, [], [], 'root')];
      const require = { revocation: 'require' } as const;
      expect(outcome(judged(family, { ...require, crls: [ofIntermediate, ofRoot] }))).toBe('passed');
      expect(outcome(judged(family, { ...require, crls: [ofIntermediate] }))).toBe('ERR_REVOCATION_NOT_AVAILABLE');
      const middleRevoked = opensslCrl(family, [ownCertificate(`${family}/intermediate`)], [], 'root');
      expect(outcome(judged(family, { crls: [ofIntermediate, middleRevoked] }))).toBe('ERR_REVOCATION_REVOKED');
    });

    it('do not count once a byte is changed, or when out of date', () => {
      const list = opensslCrl(family, [other]);
      expect(outcome(judged(family, { crls: [withByteChanged(list, list.length - 2)] }))).toBe(
        'ERR_REVOCATION_SIGNATURE_INVALID',
      );
      expect(outcome(judged(family, { crls: [list], at: new Date('2027-01-02T00:00:00Z') }))).toBe(
        'ERR_REVOCATION_STALE',
      );
      expect(outcome(judged(family, { crls: [list], at: new Date('2025-12-31T00:00:00Z') }))).toBe(
        'ERR_REVOCATION_NOT_YET_VALID',
      );
    });

    it.each([
      ['onlyuser = TRUE', 'passed'],
      ['onlyCA = TRUE', 'ERR_REVOCATION_OUT_OF_SCOPE'],
      ['onlyAA = TRUE', 'ERR_REVOCATION_OUT_OF_SCOPE'],
      ['fullname = URI:http://crl.test/1', 'ERR_REVOCATION_OUT_OF_SCOPE'],
      ['onlysomereasons = keyCompromise', 'ERR_REVOCATION_REASONS_INCOMPLETE'],
      ['indirectCRL = TRUE', 'passed'],
    ])('limited by %s: %s', (line, expected) => {
      const list = opensslCrl(family, [other], ['issuingDistributionPoint = critical, @scope', '[scope]', line]);
      expect(outcome(judged(family, { crls: [list] }))).toBe(expected);
    });

    it('with a delta know more', () => {
      const change = opensslCrl(family, [leaf], ['2.5.29.27 = critical, ASN1:INTEGER:1']);
      expect(parseCertificateList(change).baseCrlNumber).toBe(1n);
      expect(outcome(judged(family, { crls: [opensslCrl(family, [other]), change] }))).toBe('ERR_REVOCATION_REVOKED');
    });
  });

  it('of SM2 with an empty user id are not genuine', () => {
    const bytes = opensslCrl('sm2', []);
    expect(outcome(judged('sm2', { crls: [bytes] }))).toBe('passed');
    const sign = ['-sigopt', 'distid:'];
    const file = inWork('empty-id.pem');
    const config = inWork('list-empty.cnf');
    writeFileSync(
      config,
      ['[ca]', 'default_ca = it', '[it]', `database = ${database('empty', [])}`, 'default_md = sm3', ''].join('\n'),
    );
    const keys = ['-cert', own('sm2/intermediate'), '-keyfile', own('sm2/intermediate.test-key')];
    const made = tryOpenssl(['ca', '-gencrl', '-config', config, ...keys, '-crldays', '30', ...sign, '-out', file]);
    expect(made.status, made.stderr).toBe(0);
    expect(outcome(judged('sm2', { crls: [pemBytes(file)], at: new Date() }))).toBe('ERR_REVOCATION_SIGNATURE_INVALID');
  });
});

/** OpenSSL's `verify` and ours on lists of every kind, made by us. */
requireReal('OpenSSL', opensslCommand())('the opinion of OpenSSL', () => {
  const key = keyRing(ops);
  const issuerOf = (label: string, keyLabel = label): Issuer => ({ name: name(label), key: key(keyLabel) });
  const make = (
    subject: string,
    issuer: Issuer,
    serial: number,
    extensions: readonly Uint8Array[],
    keyLabel = subject,
  ) => makeCertificate({ subject: name(subject), key: key(keyLabel), issuer, serial, extensions }, ops);
  const root = make('root', issuerOf('root'), 1, [basicConstraints(), keyUsage(5, 6)]);
  const serial = 4711;
  const leafWith = (...extensions: readonly Uint8Array[]) => make('leaf', issuerOf('root'), serial, extensions);
  const crl = (spec: Partial<CrlSpec> = {}): Uint8Array => makeCrl({ issuer: issuerOf('root'), ...spec }, ops);
  const revoked = [{ serial, reason: 1 }];
  const lists = make('lists', issuerOf('root'), 60, [keyUsage(6)]);
  const pointed = leafWith(distributionPoints({ crlIssuer: name('lists') }));
  const indirect = (spec: Partial<CrlSpec>): Uint8Array =>
    makeCrl({ issuer: issuerOf('lists'), extensions: [scope({ indirect: true })], ...spec }, ops);
  const uri = (text: string): Uint8Array => general.uri(`http://crl.test/${text}`);
  const halves = leafWith(
    distributionPoints({ names: [uri('a')], reasons: [1, 2] }, { names: [uri('b')], reasons: [3, 4, 5, 6, 7, 8] }),
  );
  const part = (text: string, spec: Partial<CrlSpec> = {}) =>
    crl({ ...spec, extensions: [scope({ names: [uri(text)] })] });
  const later = new Date('2026-05-20');
  /** Without it OpenSSL looks for no delta. */
  const fresher = freshestCrl(uri('delta'));

  it.each<[string, Certificate, readonly Uint8Array[]]>([
    ['a list without the certificate', leafWith(), [crl()]],
    ['a list with the certificate', leafWith(), [crl({ entries: revoked })]],
    ['no list', leafWith(), []],
    ['a list that is out of date', leafWith(), [crl({ nextUpdate: new Date('2026-05-20') })]],
    ['a list not yet made', leafWith(), [crl({ thisUpdate: new Date('2026-06-20') })]],
    ['a list of another key', leafWith(), [makeCrl({ issuer: issuerOf('root', 'stranger') }, ops)]],
    ['an unknown critical extension', leafWith(), [crl({ extensions: [unknownExtension(true)] })]],
    ['an unknown extension', leafWith(), [crl({ extensions: [unknownExtension(false)] })]],
    ['user certificates only', leafWith(), [crl({ extensions: [scope({ only: 'user' })] })]],
    ['CA certificates only', leafWith(), [crl({ extensions: [scope({ only: 'ca' })] })]],
    ['a distribution point by name', leafWith(distributionPoints({ names: [uri('a')] })), [part('a')]],
    ['a distribution point by another name', leafWith(distributionPoints({ names: [uri('a')] })), [part('b')]],
    ['both halves of the reasons', halves, [part('a'), part('b')]],
    ['one half of the reasons', halves, [part('a')]],
    ['revoked in the second half', halves, [part('a'), part('b', { entries: revoked })]],
    [
      'a delta that revokes',
      leafWith(),
      [
        crl({ number: 5, extensions: [fresher] }),
        crl({ number: 6, thisUpdate: later, entries: revoked, extensions: [delta(5)] }),
      ],
    ],
    [
      'a delta that releases',
      leafWith(),
      [
        crl({ number: 5, entries: [{ serial, reason: 6 }], extensions: [fresher] }),
        crl({ number: 6, thisUpdate: later, entries: [{ serial, reason: 8 }], extensions: [delta(5)] }),
      ],
    ],
    ['an indirect list that revokes', pointed, [indirect({ entries: [{ serial, issuer: name('root') }] })]],
    ['an indirect list that revokes a namesake', pointed, [indirect({ entries: [{ serial, issuer: name('other') }] })]],
  ])('is ours about %s', (label, certificate, crls) => {
    const file = (suffix: string, ...ders: readonly [string, Uint8Array][]): string => {
      const target = inWork(`${label.replaceAll(' ', '-')}-${suffix}.pem`);
      writeFileSync(target, ders.map(([kind, der]) => encodePem(kind, der)).join(''));
      return target;
    };
    const arguments_ = [
      ...['verify', '-attime', String(Date.parse('2026-06-01T00:00:00Z') / 1000), '-no-CApath', '-no-CAstore'],
      ...['-CAfile', file('root', ['CERTIFICATE', root.der]), '-untrusted', file('lists', ['CERTIFICATE', lists.der])],
      ...['-crl_check', '-extended_crl', '-use_deltas'],
      ...crls.flatMap((der, index) => ['-CRLfile', file(`crl-${index}`, ['X509 CRL', der])]),
      file('leaf', ['CERTIFICATE', certificate.der]),
    ];
    const theirs = tryOpenssl(arguments_).status === 0;
    const report = judgeCertificate(
      {
        ...{ certificate, intermediates: [lists], trustAnchors: [anchor(root)], at: new Date('2026-06-01T00:00:00Z') },
        ...{ profile: 'rfc5280', revocation: crls.length === 0 ? 'require' : 'if-available', crls },
      },
      ops,
    );
    expect(report.indication === 'passed', outcome(report)).toBe(theirs);
  });
});

requireReal('OpenSSL', opensslCommand())('responses made by OpenSSL', () => {
  /** A responder's certificate, issued by the family's intermediate. */
  function responder(family: Family, label: string, extensions: readonly string[], issuer = 'intermediate'): string {
    const [request, out, config] = ['csr', 'pem', 'cnf'].map((kind) => inWork(`${family}-${label}.${kind}`)) as [
      string,
      string,
      string,
    ];
    writeFileSync(config, ['[extensions]', ...extensions, ''].join('\n'));
    const key = own(`${family}/leaf.test-key`);
    const digest = `-${digestOf(family)}`;
    openssl(['req', '-new', '-key', key, '-subj', `/CN=${label}`, digest, ...signWithId(family), '-out', request]);
    openssl([
      ...[
        'x509',
        '-req',
        '-in',
        request,
        '-CA',
        own(`${family}/${issuer}`),
        '-CAkey',
        own(`${family}/${issuer}.test-key`),
      ],
      ...['-set_serial', `0x${Buffer.from(label).toString('hex').slice(0, 30)}`, '-days', '300', digest],
      ...['-extfile', config, '-extensions', 'extensions', ...signWithId(family)],
      ...(family === 'sm2' ? ['-vfyopt', sm2DistinguishingId] : []),
      ...['-out', out],
    ]);
    return out;
  }

  let answers = 0;
  interface Answer {
    readonly revoked?: readonly Certificate[];
    readonly valid?: readonly Certificate[];
    readonly signer?: string;
    readonly key?: string;
    readonly nonce?: Uint8Array;
    readonly more?: readonly string[];
  }

  function answer(family: Family, { revoked = [], valid = [], nonce, more = [], ...rest }: Answer): Uint8Array {
    const label = `answer-${answers++}`;
    const [requestFile, out] = [inWork(`${label}.req`), inWork(`${label}.der`)];
    const question = {
      certificate: ownCertificate(`${family}/leaf`),
      issuer: ownCertificate(`${family}/intermediate`),
    };
    writeFileSync(requestFile, buildOcspRequest([question], { nonce }, ops));
    const { signer = own(`${family}/intermediate`), key = own(`${family}/intermediate.test-key`) } = rest;
    openssl([
      ...['ocsp', '-index', database(label, revoked, valid), '-CA', own(`${family}/intermediate`)],
      ...['-rsigner', signer, '-rkey', key, '-rmd', digestOf(family), '-reqin', requestFile, '-respout', out],
      ...['-ndays', '1', ...more, ...(family === 'sm2' ? ['-rsigopt', sm2DistinguishingId] : [])],
    ]);
    return new Uint8Array(readFileSync(out));
  }

  const now = (): Date => new Date();
  const delegated = ['extendedKeyUsage = OCSPSigning', 'keyUsage = digitalSignature'];
  const leafKey = (family: Family): string => own(`${family}/leaf.test-key`);

  describe.each(families)('with %s keys', (family) => {
    const leaf = ownCertificate(`${family}/leaf`);
    const ask = (ocspResponse: Uint8Array, change: Partial<TrustEvidence> = {}): CertificateReport =>
      judged(family, { ocspResponses: [ocspResponse], at: now(), ...change });

    it('by the issuer itself say good, revoked or unknown', () => {
      expect(ask(answer(family, { valid: [leaf] }))).toMatchObject({
        indication: 'passed',
        revocation: { checked: true, source: 'ocsp' },
      });
      const report = ask(answer(family, { revoked: [leaf] }));
      expect(report).toMatchObject({
        indication: 'failed',
        reason: { params: { source: 'OCSP', reason: 'keyCompromise' } },
      });
      expect(outcome(ask(answer(family, {})))).toBe('ERR_REVOCATION_CERTIFICATE_UNKNOWN');
    });

    it('by a responder whom the issuer has certified count, named by key as well', () => {
      const signer = responder(family, 'delegate', [...delegated, 'noCheck = ignored']);
      const by = { signer, key: leafKey(family), valid: [leaf] };
      expect(outcome(ask(answer(family, by)))).toBe('passed');
      const byKey = answer(family, { ...by, more: ['-resp_key_id'] });
      expect(outcome(ask(byKey))).toBe('passed');
      const detached = answer(family, { ...by, more: ['-resp_no_certs'] });
      expect(outcome(ask(detached))).toBe('ERR_REVOCATION_SIGNER_UNKNOWN');
      const helped = { intermediates: [ownCertificate(`${family}/intermediate`), loadCertificate(signer)] };
      expect(outcome(ask(detached, helped))).toBe('passed');
    });

    it('by others do not', () => {
      const refused = (label: string, extensions: readonly string[], issuer?: string): string => {
        const signer = responder(family, label, extensions, issuer);
        return outcome(ask(answer(family, { signer, key: leafKey(family), valid: [leaf] })));
      };
      expect(refused('no-purpose', ['keyUsage = digitalSignature'])).toBe('ERR_REVOCATION_SIGNER_NOT_AUTHORIZED');
      expect(refused('any-purpose', ['extendedKeyUsage = anyExtendedKeyUsage'])).toBe(
        'ERR_REVOCATION_SIGNER_NOT_AUTHORIZED',
      );
      expect(refused('wrong-usage', ['extendedKeyUsage = OCSPSigning', 'keyUsage = keyEncipherment'])).toBe(
        'ERR_REVOCATION_SIGNER_NOT_AUTHORIZED',
      );
      expect(refused('of-the-root', delegated, 'root')).toBe('ERR_REVOCATION_SIGNER_NOT_AUTHORIZED');
      expect(refused('of-a-stranger', delegated, 'wrong-root')).toBe('ERR_REVOCATION_SIGNER_NOT_AUTHORIZED');
    });

    it('by a responder who was revoked do not, unless it need not be looked up', () => {
      const list = (signer: string): Uint8Array => opensslCrlNow(family, [loadCertificate(signer)]);
      const plain = responder(family, 'revoked-delegate', delegated);
      const response = answer(family, { signer: plain, key: leafKey(family), valid: [leaf] });
      expect(outcome(ask(response))).toBe('passed');
      // The list says of the leaf itself that it is good; what the responder is worth shows in a revocation it makes up.
      const madeUp = answer(family, { signer: plain, key: leafKey(family), revoked: [leaf] });
      expect(outcome(ask(madeUp))).toBe('ERR_REVOCATION_REVOKED');
      expect(outcome(ask(madeUp, { crls: [list(plain)] }))).toBe('passed');
      const noCheck = responder(family, 'nocheck-delegate', [...delegated, 'noCheck = ignored']);
      const byNoCheck = answer(family, { signer: noCheck, key: leafKey(family), revoked: [leaf] });
      expect(outcome(ask(byNoCheck, { crls: [list(noCheck)] }))).toBe('ERR_REVOCATION_REVOKED');
    });

    it('repeat the nonce of the request, or are those of another', () => {
      const nonce = ops.random(16);
      const response = answer(family, { valid: [leaf], nonce });
      expect(outcome(ask(response, { ocspNonce: nonce }))).toBe('passed');
      expect(outcome(ask(response, { ocspNonce: ops.random(16) }))).toBe('ERR_REVOCATION_NONCE_MISMATCH');
      expect(outcome(ask(answer(family, { valid: [leaf] }), { ocspNonce: nonce }))).toBe(
        'ERR_REVOCATION_NONCE_MISMATCH',
      );
    });

    it('count for a day, and not with a byte changed', () => {
      const response = answer(family, { valid: [leaf] });
      const days = (count: number): Date => new Date(Date.now() + count * 86_400_000);
      expect(outcome(ask(response, { at: days(2) }))).toBe('ERR_REVOCATION_STALE');
      expect(outcome(ask(response, { at: days(-1) }))).toBe('ERR_REVOCATION_NOT_YET_VALID');
      const parsed = parseOcspResponse(response);
      if (parsed.status !== 'successful') throw new Error(parsed.status);
      const place =
        Buffer.from(response).indexOf(Buffer.from(parsed.basic.signature)) + parsed.basic.signature.length - 1;
      expect(outcome(ask(withByteChanged(response, place)))).toBe('ERR_REVOCATION_SIGNATURE_INVALID');
    });
  });

  it('without nextUpdate count as long as the policy lets them', () => {
    const leaf = ownCertificate('p256/leaf');
    const requestFile = inWork('no-next.req');
    const question = { certificate: leaf, issuer: ownCertificate('p256/intermediate') };
    writeFileSync(requestFile, buildOcspRequest([question], { digest: 'sha256' }, ops));
    const signer = ['-rsigner', own('p256/intermediate'), '-rkey', own('p256/intermediate.test-key')];
    const files = ['-reqin', requestFile, '-respout', inWork('no-next.der')];
    openssl(['ocsp', '-index', database('no-next', [], [leaf]), '-CA', own('p256/intermediate'), ...signer, ...files]);
    const ocspResponses = [new Uint8Array(readFileSync(inWork('no-next.der')))];
    expect(outcome(judged('p256', { ocspResponses, at: now() }))).toBe('passed');
    const twoDays = new Date(Date.now() + 2 * 86_400_000);
    expect(outcome(judged('p256', { ocspResponses, at: twoDays }))).toBe('ERR_REVOCATION_STALE');
  });

  /** A list in force now, as responses are. */
  function opensslCrlNow(family: Family, revoked: readonly Certificate[]): Uint8Array {
    const label = `now-${lists++}`;
    const config = [
      ...[
        '[ca]',
        'default_ca = it',
        '[it]',
        `database = ${database(label, revoked)}`,
        `default_md = ${digestOf(family)}`,
        '',
      ],
    ];
    writeFileSync(inWork(`${label}.cnf`), config.join('\n'));
    const signer = ['-cert', own(`${family}/intermediate`), '-keyfile', own(`${family}/intermediate.test-key`)];
    const out = inWork(`${label}.pem`);
    openssl([
      'ca',
      '-gencrl',
      '-config',
      inWork(`${label}.cnf`),
      ...signer,
      '-crldays',
      '30',
      ...signWithId(family),
      '-out',
      out,
    ]);
    return pemBytes(out);
  }
});
