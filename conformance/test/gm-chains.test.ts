import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import { judgeCertificate } from '@onelock/core/validation';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, describe, expect, it } from 'vitest';
import { publishedVector } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { onelock, onelockJson } from './onelock.ts';

// Each test starts programs or threads, and the machine may be busy with others.

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

  const ops = createNodeCrypto();

  /** The reason's code, or the indication where there is none; a refusal to read is its code as well. */
  function judge(leaf: Uint8Array, root: string, at: string): string {
    try {
      const report = judgeCertificate(
        {
          certificate: parseCertificate(leaf),
          intermediates: [],
          trustAnchors: [{ kind: 'certificate', certificate: parseCertificate(bytes(root)) }],
          at: new Date(at),
          profile: 'rfc5280',
          revocation: 'if-available',
        },
        ops,
      );
      return report.reason?.code ?? report.indication;
    } catch (error) {
      if (!isCodedError(error)) throw error;
      return error.code;
    }
  }

  /** The certificate with the last byte of its serial number changed: well formed, and not what was signed. */
  function withOtherSerialNumber(leaf: string): Uint8Array {
    const changed = bytes(leaf);
    const { serialNumberBytes } = parseCertificate(changed);
    const last = serialNumberBytes.byteOffset + serialNumberBytes.length - 1 - changed.byteOffset;
    changed[last] = (changed[last] ?? 0) ^ 0x01;
    return changed;
  }

  describe.each(chains)('$what', ({ leaf, root, at, after, wrongRoot }) => {
    it('pass with the default profile', () => {
      const { status, value } = onelockJson(['cert', 'validate', file(leaf), '--trust', file(root), '--at', at]);
      expect({ status, indication: value.indication }).toEqual({ status: 0, indication: 'passed' });
    });

    it('fail after their time, under another root and with one byte changed, each with its reason', () => {
      expect(judge(bytes(leaf), root, after)).toBe('ERR_PATH_EXPIRED');
      expect(judge(bytes(leaf), wrongRoot, at)).toMatch(/^ERR_PATH_(UNKNOWN_ISSUER|SIGNATURE_INVALID)$/);
      expect(judge(withOtherSerialNumber(leaf), root, at)).toBe('ERR_PATH_SIGNATURE_INVALID');
    });
  });

  it.each([
    { what: 'an expired time', trust: national, at: '2034-01-01', code: 'ERR_PATH_EXPIRED', change: 'no' },
    {
      what: 'a wrong root',
      trust: 'websvr-SM2_CA.cer',
      at: '2026-06-01',
      code: 'ERR_PATH_UNKNOWN_ISSUER',
      change: 'no',
    },
    { what: 'one byte changed', trust: national, at: '2026-06-01', code: 'ERR_PATH_SIGNATURE_INVALID', change: 'yes' },
  ])('the command fails the SHECA chain for $what with 1 and $code', ({ trust, at, code, change }) => {
    const leaf = 'x509_additional-sm2Certificate.cer';
    const target = path.join(work, `${code}.cer`);
    writeFileSync(target, change === 'yes' ? withOtherSerialNumber(leaf) : bytes(leaf));
    const { status, value } = onelockJson(['cert', 'validate', target, '--trust', file(trust), '--at', at]);
    expect({ status, code: value.reason?.code }).toEqual({ status: 1, code });
  });

  it.each(chains.filter(({ leaf }) => leaf === 'x509_additional-sm2Certificate.cer' || leaf === 'websvr-rsa_sign.cer'))(
    'never pass with any one byte changed ($what)',
    ({ leaf, root, at }) => {
      const original = bytes(leaf);
      for (let index = 0; index < original.length; index++) {
        const changed = original.slice();
        changed[index] = (changed[index] ?? 0) ^ 0x01;
        expect(judge(changed, root, at), `byte ${index}`).toMatch(/^ERR_/);
      }
    },
  );

  it('refuse the certificate that was signed with an empty user id', () => {
    // Under its own name and key: as an anchor itself it would be trusted for being chosen, whoever signed it.
    const trap = parseCertificate(new Uint8Array(readFileSync(file('x509_additional-openSSL3Certificate.cer'))));
    const itsKey = { kind: 'name-and-key', name: trap.subject, publicKey: trap.publicKey } as const;
    const { indication, reason } = judgeCertificate(
      {
        certificate: trap,
        intermediates: [],
        trustAnchors: [itsKey],
        at: new Date('2026-06-01'),
        profile: 'rfc5280',
        revocation: 'none',
      },
      createNodeCrypto(),
    );
    expect({ indication, code: reason?.code }).toEqual({ indication: 'failed', code: 'ERR_PATH_SIGNATURE_INVALID' });
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
