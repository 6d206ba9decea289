import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodePem, toHex } from '@onelock/core/bytes';
import type { DigestAlgorithm } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import {
  type BasicOcspResponse,
  buildOcspRequest,
  type CertificateList,
  coveredReasons,
  defaultRevocationPolicy,
  parseCertificateList,
  parseOcspRequest,
  parseOcspResponse,
  type RevocationStatus,
  revocationStatus,
  verifyEvidence,
} from '@onelock/core/revocation';
import { type Certificate, formatName, parseCertificate } from '@onelock/core/x509';
import { describe, expect, it } from 'vitest';
import { publishedVector } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { loadCertificates } from './support/certificates.ts';

const ops = createNodeCrypto();
const legacyDigests: readonly DigestAlgorithm[] = [...defaultRevocationPolicy.digests, 'sha1'];

requireReal('published cases', publishedVector('revocation'))('the published lists', (folder) => {
  const lists = path.join(folder, 'pyca-crl');
  const bytesOf = (file: string): Uint8Array => {
    const bytes = new Uint8Array(readFileSync(path.join(lists, file)));
    if (bytes[0] === 0x30) return bytes;
    const [block] = decodePem(new TextDecoder().decode(bytes));
    if (block === undefined) throw new Error(`${file} is empty`);
    return block.bytes;
  };
  const list = (file: string): CertificateList => parseCertificateList(bytesOf(file));

  it.each([
    ['crl_all_reasons.pem', 12],
    ['crl_almost_10k.pem', 9999],
    ['crl_delta_crl_indicator.pem', 0],
    ['crl_empty.pem', 0],
    ['crl_empty_no_sequence.der', 0],
    ['crl_ian_aia_aki.pem', 0],
    ['crl_idp_fullname_indirect_crl.pem', 0],
    ['crl_idp_fullname_only.pem', 0],
    ['crl_idp_fullname_only_aa.pem', 0],
    ['crl_idp_fullname_only_user.pem', 0],
    ['crl_idp_only_ca.pem', 0],
    ['crl_idp_reasons_only.pem', 0],
    ['crl_idp_relative_user_all_reasons.pem', 0],
    ['crl_idp_relativename_only.pem', 0],
    ['crl_md2_unknown_crit_entry_ext.pem', 1],
    ['crl_no_next_update.pem', 0],
    ['crl_unrecognized_extension.der', 0],
    ['crl_unsupported_reason.pem', 1],
    ['freshestcrl.pem', undefined],
    ['invalid_signature_crl.pem', 0],
    ['valid_signature_crl.pem', 0],
  ] as const)('%s has %s entries', (file, count) => {
    if (count === undefined) return expect(loadCertificates(path.join(lists, file)).length).toBeGreaterThan(0);
    expect(list(file).entryCount).toBe(count);
  });

  it.each([
    ['crl_bad_version.pem', 'ERR_REVOCATION_MALFORMED', 'a version that does not exist'],
    ['crl_dup_entry_ext.pem', 'ERR_X509_EXTENSION_DUPLICATE', 'an entry with one extension twice'],
    ['crl_inval_cert_issuer_entry_ext.pem', 'ERR_DER_TRUNCATED', 'a certificate issuer with nothing in it'],
    ['crl_invalid_time.der', 'ERR_DER_VALUE_INVALID', 'a time of eleven digits'],
  ] as const)('%s is refused with %s: %s', (file, code, _why) => {
    expect(() => list(file)).toFailWith(code);
  });

  it('are told apart by scope, number and base', () => {
    expect(list('crl_delta_crl_indicator.pem')).toMatchObject({ baseCrlNumber: expect.any(BigInt) });
    expect(list('crl_idp_fullname_indirect_crl.pem').scope).toMatchObject({ indirect: true, name: { kind: 'full' } });
    expect(list('crl_idp_only_ca.pem').scope).toMatchObject({ only: 'ca-certificates' });
    expect(list('crl_idp_fullname_only_aa.pem').scope).toMatchObject({ only: 'attribute-certificates' });
    expect(list('crl_idp_fullname_only_user.pem').scope).toMatchObject({ only: 'user-certificates' });
    expect(list('crl_idp_relativename_only.pem').scope).toMatchObject({ name: { kind: 'relative' } });
    expect([...(list('crl_idp_reasons_only.pem').scope?.reasons ?? [])]).toContain('keyCompromise');
    expect(list('crl_ian_aia_aki.pem').authorityKeyIdentifier?.keyIdentifier).toBeDefined();
    expect(list('crl_no_next_update.pem').nextUpdate).toBeUndefined();
    expect(list('crl_md2_unknown_crit_entry_ext.pem').unknownCritical).toMatch(/^1\./);
    expect(list('crl_unrecognized_extension.der').unknownCritical).toBeUndefined();
  });

  it('find each of their entries and no others', () => {
    const reasons = list('crl_all_reasons.pem');
    const found = Array.from({ length: 13 }, (_, serial) =>
      reasons.entries.find(Uint8Array.of(serial), reasons.issuer),
    );
    expect(new Set(found.map((entry) => entry?.reason)).size).toBeGreaterThanOrEqual(10);
    const unsupported = list('crl_unsupported_reason.pem');
    expect(unsupported.entries.find(Uint8Array.of(0), unsupported.issuer)?.reason).toBe('unspecified');
  });

  it('have the signatures that their names say', () => {
    const keys = ['cdp_crl_issuer.pem', 'cdp_fullname_reasons_crl_issuer.pem'];
    expect(keys.map((file) => loadCertificates(path.join(lists, file)).length)).toEqual([1, 1]);
    const [valid, invalid] = [list('valid_signature_crl.pem'), list('invalid_signature_crl.pem')];
    expect(toHex(valid.tbs)).toBe(toHex(invalid.tbs));
    expect(toHex(valid.signature)).not.toBe(toHex(invalid.signature));
  });

  it('name the issuers of lists in certificates', () => {
    const [certificate] = loadCertificates(path.join(lists, 'cdp_crl_issuer.pem'));
    expect(certificate?.crlDistributionPoints?.[0]?.crlIssuer?.[0]?.kind).toBe('directory');
    if (certificate === undefined) return;
    expect([...coveredReasons(certificate, list('crl_empty.pem'))]).toEqual([]);
  });

  it('are all accounted for', () => {
    expect(readdirSync(lists).length).toBe(27);
  });
});

requireReal('published cases', publishedVector('crl/openssl'))('the lists of OpenSSL’s tests', (folder) => {
  const pems = (file: string) => decodePem(readFileSync(path.join(folder, file), 'utf8'));

  it('parse, Cyrillic names and all', () => {
    const [cyrillic] = pems('cyrillic_crl.pem');
    expect(cyrillic && formatName(parseCertificateList(cyrillic.bytes).issuer)).toMatch(/[а-яА-Я]/);
    for (const { bytes } of pems('cve-2026-28388-crls.pem'))
      expect(readOrCode(() => parseCertificateList(bytes))).toBe('read');
  });

  it('come with certificates that may sign lists', () => {
    for (const file of ['ee-codesign-crlsign.pem', 'ee-timestampsign-CABforum-crlsign.pem'])
      expect(loadCertificates(path.join(folder, file))[0]?.keyUsage?.has('cRLSign')).toBe(true);
  });
});

function readOrCode(read: () => unknown): string {
  try {
    read();
    return 'read';
  } catch (error) {
    return String(error);
  }
}

requireReal('published cases', publishedVector('revocation'))('the published OCSP messages', (folder) => {
  const go = (file: string): Uint8Array => new Uint8Array(readFileSync(path.join(folder, 'go-ocsp', file)));
  const pyca = (file: string): Uint8Array => new Uint8Array(readFileSync(path.join(folder, 'pyca-ocsp', file)));
  const basic = (der: Uint8Array): BasicOcspResponse => {
    const response = parseOcspResponse(der);
    if (response.status !== 'successful') throw new Error(`the responder said ${response.status}`);
    return response.basic;
  };

  /** What the folder's own table says of each response. */
  const responses = manifest(folder)
    .filter(({ expected }) => /certStatus=[a-z]/.test(expected))
    .map(({ path: file, expected }) => ({
      file,
      statuses: /certStatus=([a-z,]+)/.exec(expected)?.[1]?.split(','),
      certificates: Number(/embedded certs=(\d+)/.exec(expected)?.[1]),
    }));

  it.each(responses)('$file says $statuses', ({ file, statuses, certificates }) => {
    const response = basic(new Uint8Array(readFileSync(path.join(folder, '..', file))));
    expect(response.responses.map(({ certificateStatus }) => certificateStatus.kind)).toEqual(statuses);
    expect(response.certificates.length).toBe(certificates);
  });

  it('are as many as the table has', () => {
    expect(responses.length).toBe(16);
  });

  it('are refused by status, type and form', () => {
    expect(parseOcspResponse(pyca('resp-unauthorized.der')).status).toBe('unauthorized');
    for (const file of [
      'resp-unknown-response-status.der',
      'resp-response-type-unknown-oid.der',
      'resp-successful-no-response-bytes.der',
    ])
      expect(() => parseOcspResponse(pyca(file))).toFailWith('ERR_REVOCATION_MALFORMED');
  });

  it.each(['sha1', 'ext-nonce', 'ext-unknown-oid', 'invalid-hash-alg', 'multi-sha1'])('req-%s.der reads', (file) => {
    const request = parseOcspRequest(pyca(`req-${file}.der`));
    expect(request.certificateIds.length).toBe(file === 'multi-sha1' ? 2 : 1);
    expect(request.nonce?.length).toBe(file === 'ext-nonce' ? 16 : undefined);
  });

  it('req-duplicate-ext.der is refused', () => {
    expect(() => parseOcspRequest(pyca('req-duplicate-ext.der'))).toFailWith('ERR_X509_EXTENSION_DUPLICATE');
  });

  describe('of Go’s tests', () => {
    const [issuer, leaf] = [parseCertificate(go('issuerCert.der')), parseCertificate(go('leafCert.der'))];
    const [google] = loadCertificates(path.join(folder, 'go-ocsp/GTSRoot.pem'));
    const startCom = parseCertificate(go('startCom.der'));
    if (google === undefined) throw new Error('GTSRoot.pem is empty');

    /** Asked for the certificate that the response is about, as issued by `by`. */
    function status(file: string, at: string, by: Certificate): RevocationStatus {
      const response = basic(go(file));
      const [single] = response.responses;
      const authority = { name: by.subject, publicKey: by.publicKey, certificate: by };
      return revocationStatus(
        {
          certificate: Object.create(leaf, {
            serialNumberBytes: { value: single?.certificateId.serialNumberBytes },
            issuer: { value: by.subject },
            issuerDer: { value: by.subjectDer },
          }) as Certificate,
          ...{ issuer: authority, at: new Date(at), crls: [], ocspResponses: [response] },
          policy: { ...defaultRevocationPolicy, digests: legacyDigests },
          trust: { path: [authority], candidates: [], judge: () => undefined },
        },
        ops,
      );
    }

    it('builds the request that Go builds', () => {
      const question = { certificate: leaf, issuer };
      expect(toHex(buildOcspRequest([question], {}, ops))).toBe(toHex(go('ocspRequest.der')));
      const nonce = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
      for (const digest of ['sha256', 'sm3'] as const) {
        const request = parseOcspRequest(buildOcspRequest([question, question], { digest, nonce }, ops));
        expect(request.certificateIds.length).toBe(2);
        expect(request.nonce).toEqual(nonce);
      }
    });

    it('is good by the issuer’s own answer, while that is fresh', () => {
      expect(status('ocspResponse.der', '2021-11-10T00:00:00Z', google)).toEqual({
        ...{ kind: 'good', source: 'OCSP', producedAt: new Date('2021-11-07T14:25:51Z') },
      });
      expect(status('ocspResponse.der', '2021-11-15T00:00:00Z', google)).toMatchObject({
        ...{ kind: 'unknown', reason: { code: 'ERR_REVOCATION_STALE' }, evidence: 'unusable' },
        known: { source: 'OCSP', producedAt: new Date('2021-11-07T14:25:51Z') },
      });
      expect(status('ocspResponse.der', '2021-11-01T00:00:00Z', google)).toMatchObject({
        reason: { code: 'ERR_REVOCATION_NOT_YET_VALID' },
      });
    });

    it('is not known by an answer about another issuer', () => {
      expect(status('ocspResponse.der', '2021-11-10T00:00:00Z', startCom)).toMatchObject({
        ...{ kind: 'unknown', evidence: 'none', reason: { code: 'ERR_REVOCATION_NOT_AVAILABLE' } },
      });
    });

    it('tells a critical extension that nobody knows from one that may be passed over', () => {
      const criticals = (file: string): number =>
        basic(go(file)).responses.flatMap(({ extensions }) => extensions.filter(({ critical }) => critical)).length;
      expect(criticals('ocspResponseWithCriticalExtension.der')).toBe(1);
      expect(criticals('ocspResponseWithExtension.der')).toBe(0);
    });

    it('takes no signature of another key, nor with a digest that is too weak', () => {
      const response = basic(go('ocspResponse.der'));
      expect(verifyEvidence(response, google.publicKey, legacyDigests, ops)).toBe(true);
      expect(verifyEvidence(response, issuer.publicKey, legacyDigests, ops)).toBe(false);
      expect(() => verifyEvidence(response, google.publicKey, ['sm3', 'sha512'], ops)).toFailWith(
        'ERR_SIGNATURE_ALGORITHM_WEAK',
      );
    });
  });
});

interface ManifestRow {
  readonly path: string;
  readonly expected: string;
}

function manifest(folder: string): readonly ManifestRow[] {
  const rows = JSON.parse(readFileSync(path.join(folder, '../MANIFEST.json'), 'utf8')) as readonly ManifestRow[];
  return rows.filter(({ path: file }) => file.startsWith('revocation/'));
}
