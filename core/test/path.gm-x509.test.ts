import path from 'node:path';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import { type PathReport, type ProfileName, validatePath } from '@onelock/core/path';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import { expect, it } from 'vitest';
import { publishedVector } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { anchor, loadCertificate, withByteChanged } from './support/certificates.ts';
import { publishedChains } from './support/gm-chains.ts';

const ops = createNodeCrypto();

function judge(leaf: Certificate, root: Certificate, at: string, profile: ProfileName = 'rfc5280'): PathReport {
  return validatePath({ leaf, intermediates: [], trustAnchors: [anchor(root)], at: new Date(at), profile }, ops);
}

const codeOf = ({ verdict }: PathReport): string => (verdict.indication === 'passed' ? 'passed' : verdict.reason.code);

requireReal('published gm-x509 certificates', publishedVector('gm-x509'))('published SM2 and RSA chains', (folder) => {
  const load = (file: string): Certificate => loadCertificate(path.join(folder, file));
  const each = publishedChains.map((chain) => [chain.name, chain] as const);

  it.each(each)('passes %s inside its validity', (_name, chain) => {
    expect(codeOf(judge(load(chain.files[0]), load(chain.anchor), chain.at))).toBe('passed');
  });

  it.each(each)('fails %s before and after its validity', (_name, chain) => {
    const leaf = load(chain.files[0]);
    expect(codeOf(judge(leaf, load(chain.anchor), '2060-01-01'))).toBe('ERR_PATH_EXPIRED');
    expect(codeOf(judge(leaf, load(chain.anchor), '2000-01-01'))).toBe('ERR_PATH_NOT_YET_VALID');
  });

  it.each(each)('fails %s under roots that are not its own', (_name, chain) => {
    const others = new Set(publishedChains.map((other) => other.anchor).filter((name) => name !== chain.anchor));
    for (const other of others)
      expect(codeOf(judge(load(chain.files[0]), load(other), chain.at))).toBe('ERR_PATH_UNKNOWN_ISSUER');
  });

  it.each(each)('fails %s with any one byte changed', (_name, chain) => {
    const root = load(chain.anchor);
    const leaf = load(chain.files[0]);
    const survivors: number[] = [];
    for (let index = 0; index < leaf.der.length; index++) {
      const changed = parsedOrRefused(withByteChanged(leaf.der, index));
      if (changed !== 'refused' && judge(changed, root, chain.at).verdict.indication !== 'failed')
        survivors.push(index);
    }
    expect(survivors).toEqual([]);
  });

  it('refuses a signature with an empty user id', () => {
    const selfSigned = load('x509_additional-openSSL3Certificate.cer');
    const itsKey = { kind: 'name-and-key', name: selfSigned.subject, publicKey: selfSigned.publicKey } as const;
    const question = { leaf: selfSigned, intermediates: [], at: new Date('2025-01-01'), profile: 'rfc5280' } as const;
    expect(codeOf(validatePath({ ...question, trustAnchors: [itsKey] }, ops))).toBe('ERR_PATH_SIGNATURE_INVALID');
    // The very certificate being trusted, nobody's signature on it is asked for.
    expect(codeOf(judge(selfSigned, selfSigned, '2025-01-01'))).toBe('passed');
  });

  it('knows signing certificates from encryption certificates', () => {
    const root = load('websvr-SM2_CA.cer');
    const verdict = (file: string, profile: ProfileName): string =>
      codeOf(judge(load(file), root, '2024-06-01', profile));
    expect(verdict('websvr-sm2_sign_cert.cer', 'gm-sign')).toBe('passed');
    expect(verdict('websvr-sm2_enc_cert.cer', 'gm-encrypt')).toBe('passed');
    expect(verdict('websvr-sm2_enc_cert.cer', 'gm-sign')).toBe('ERR_PATH_KEY_USAGE');
    expect(verdict('websvr-sm2_sign_cert.cer', 'gm-encrypt')).toBe('ERR_PATH_KEY_USAGE');
  });

  it('keeps RSA out of the national profiles and lets it into bidding', () => {
    const leaf = load('websvr-rsa_sign.cer');
    const root = load('websvr-RSA_CA.cer');
    expect(codeOf(judge(leaf, root, '2024-06-01', 'gm-sign'))).toBe('ERR_PATH_ALGORITHM_WEAK');
    expect(codeOf(judge(leaf, root, '2024-06-01', 'bidding'))).toBe('passed');
  });
});

function parsedOrRefused(der: Uint8Array): Certificate | 'refused' {
  try {
    return parseCertificate(der);
  } catch (error) {
    expect(isCodedError(error)).toBe(true);
    return 'refused';
  }
}
