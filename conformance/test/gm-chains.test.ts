import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import { judgeCertificate } from '@onelock/core/validation';
import { type Certificate, parseCertificate } from '@onelock/core/x509';
import { afterAll, describe, expect, it } from 'vitest';
import { publishedVector } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { onelock, onelockJson } from './onelock.ts';

const work = mkdtempSync(path.join(tmpdir(), 'onelock-gm-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface Chain {
  readonly what: string;
  readonly leaf: string;
  readonly root: string;
  /** A time inside and one after every validity. */
  readonly at: string;
  readonly after: string;
  readonly wrongRoot: string;
}

const national = 'ROOTCA-NRCAC-sm2-root.cer';
const chains: readonly Chain[] = [
  ...[
    { what: 'the national SM2 root and GDCA', leaf: 'GDCA-sm2-intermediate.cer' },
    { what: 'the national SM2 root and SHECA', leaf: 'x509_additional-sm2Certificate.cer' },
  ].map((chain) => ({
    ...chain,
    root: national,
    at: '2026-06-01',
    after: '2034-01-01',
    wrongRoot: 'websvr-SM2_CA.cer',
  })),
  ...['sm2_sign_cert', 'sm2_enc_cert', 'sm2_auth_cert'].map((name) => ({
    what: `a TLCP certificate (${name})`,
    leaf: `websvr-${name}.cer`,
    root: 'websvr-SM2_CA.cer',
    at: '2026-06-01',
    after: '2032-01-01',
    wrongRoot: 'websvr-RSA_CA.cer',
  })),
  ...['rsa_sign', 'rsa_auth_cert'].map((name) => ({
    what: `an RSA certificate (${name})`,
    leaf: `websvr-${name}.cer`,
    root: 'websvr-RSA_CA.cer',
    at: '2026-06-01',
    after: '2032-01-01',
    wrongRoot: 'websvr-SM2_CA.cer',
  })),
  ...['sign', 'encrypt', 'user'].map((name) => ({
    what: `a GM credential (${name})`,
    leaf: `gmcred-${name}.cer`,
    root: 'gmcred-ca.cer',
    at: '2021-06-01',
    after: '2026-06-01',
    wrongRoot: 'websvr-SM2_CA.cer',
  })),
];

requireReal('published cases', publishedVector('gm-x509'))('certificates of the field', (folder) => {
  const file = (name: string): string => path.join(folder, name);
  const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(file(name)));

  describe.each(chains)('$what', ({ leaf, root, at, after, wrongRoot }) => {
    it('pass with the default profile', () => {
      const { status, value } = onelockJson(['cert', 'validate', file(leaf), '--trust', file(root), '--at', at]);
      expect({ status, indication: value.indication }).toEqual({ status: 0, indication: 'passed' });
    });

    it('fail after their time, saying so', () => {
      const { status, value } = onelockJson(['cert', 'validate', file(leaf), '--trust', file(root), '--at', after]);
      expect({ status, code: value.reason?.code }).toEqual({ status: 1, code: 'ERR_PATH_EXPIRED' });
    });

    it('fail under another root, saying so', () => {
      const { status, value } = onelockJson(['cert', 'validate', file(leaf), '--trust', file(wrongRoot), '--at', at]);
      expect(status).toBe(1);
      expect(['ERR_PATH_UNKNOWN_ISSUER', 'ERR_PATH_SIGNATURE_INVALID']).toContain(value.reason?.code);
    });

    it('fail with one byte of the body changed, saying that the signature is wrong', () => {
      const changed = bytes(leaf);
      const serialNumber = parseCertificate(changed).serialNumberBytes;
      const last = serialNumber.byteOffset + serialNumber.length - 1 - changed.byteOffset;
      changed[last] = (changed[last] ?? 0) ^ 0x01;
      const target = path.join(work, leaf);
      writeFileSync(target, changed);
      const { status, value } = onelockJson(['cert', 'validate', target, '--trust', file(root), '--at', at]);
      expect({ status, code: value.reason?.code }).toEqual({ status: 1, code: 'ERR_PATH_SIGNATURE_INVALID' });
    });
  });

  const ops = createNodeCrypto();
  function judge(leaf: Certificate, anchor: Certificate, at: string): string {
    const report = judgeCertificate(
      {
        certificate: leaf,
        intermediates: [],
        trustAnchors: [{ kind: 'certificate', certificate: anchor }],
        at: new Date(at),
        profile: 'rfc5280',
        revocation: 'if-available',
      },
      ops,
    );
    return report.reason?.code ?? report.indication;
  }

  it.each(chains.filter(({ leaf }) => leaf === 'x509_additional-sm2Certificate.cer' || leaf === 'websvr-rsa_sign.cer'))(
    'never pass with any one byte changed ($what)',
    ({ leaf, root, at }) => {
      const original = bytes(leaf);
      const anchor = parseCertificate(bytes(root));
      for (let index = 0; index < original.length; index++) {
        const changed = original.slice();
        changed[index] = (changed[index] ?? 0) ^ 0x01;
        let outcome: string;
        try {
          outcome = judge(parseCertificate(changed), anchor, at);
        } catch (error) {
          if (!isCodedError(error)) throw error;
          outcome = error.code;
        }
        expect(outcome, `byte ${index}`).toMatch(/^ERR_/);
      }
    },
  );

  it('refuse the certificate that was signed with an empty user id', () => {
    const trap = file('x509_additional-openSSL3Certificate.cer');
    const { status, value } = onelockJson(['cert', 'validate', trap, '--trust', trap, '--at', '2026-06-01']);
    expect({ status, code: value.reason?.code }).toEqual({ status: 1, code: 'ERR_PATH_SIGNATURE_INVALID' });
  });

  it('explain an unknown issuer in the language of the reader', () => {
    const { status, stdout } = onelock(
      ['cert', 'validate', file('pkcs12_sm2-cfcasm2oca1.cer'), '--trust', file(national)],
      { LANG: 'zh_CN.UTF-8' },
    );
    expect(status).toBe(1);
    expect(stdout).toContain('找不到受信任的颁发机构');
    expect(stdout).toContain('CFCA TEST CS SM2 CA');
  });
});
