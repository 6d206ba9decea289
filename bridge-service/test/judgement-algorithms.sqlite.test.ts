import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { toBase64, utf8Encode } from '@onelock/core/bytes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opensslCommand } from '../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { OpensslAuthority, type Signing } from './support/openssl-authority.ts';
import { replayEverything } from './support/replay.ts';
import { createTestService, type TestService } from './support/service.ts';

interface Family extends Signing {
  readonly name: string;
  /** Named in a question; absent where the key alone says it. */
  readonly algorithm?: string;
  /** Options by which OpenSSL makes the raw signature. */
  readonly options: readonly string[];
}

const pss = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:digest'];
const rsa = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'];
const curve = (name: string) => ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${name}`];
/** A key that is for PSS with SHA-256 and nothing else. */
const pssKey = [
  ...['-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048', '-pkeyopt', 'rsa_pss_keygen_md:sha256'],
  ...['-pkeyopt', 'rsa_pss_keygen_mgf1_md:sha256', '-pkeyopt', 'rsa_pss_keygen_saltlen:32'],
];
const families: readonly Family[] = [
  { name: 'P-256', key: curve('P-256'), digest: 'sha256', options: [] },
  { name: 'P-384', key: curve('P-384'), digest: 'sha384', options: [] },
  { name: 'P-521', key: curve('P-521'), digest: 'sha512', options: [] },
  { name: 'RSA PKCS#1', key: rsa, digest: 'sha384', algorithm: 'rsa-sha384', options: [] },
  { name: 'RSA-PSS', key: rsa, digest: 'sha256', pss: true, algorithm: 'rsa-pss-sha256', options: pss },
  { name: 'RSA-PSS with SHA-512', key: rsa, digest: 'sha512', pss: true, algorithm: 'rsa-pss-sha512', options: pss },
  { name: 'a key for PSS alone', key: pssKey, digest: 'sha256', options: ['-sigopt', 'rsa_pss_saltlen:digest'] },
];
const content = utf8Encode('投标文件：贵州省某项目，报价 1,234,567.89 元');
/** Longer than what is kept as it is. */
const long = new Uint8Array(100_000).fill(0x61);

requireReal('OpenSSL', opensslCommand())('certificates and signatures made by OpenSSL', (openssl) => {
  let service: TestService;
  let folder: string;
  let authorities: ReadonlyMap<string, OpensslAuthority>;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'onelock-algorithms-'));
    authorities = new Map(
      families.map((family, index) => {
        const authority = new OpensslAuthority(openssl, path.join(folder, String(index)), family);
        for (const [serial, name] of ['leaf', 'revoked'].entries()) authority.issue(name, serial + 2);
        return [family.name, authority];
      }),
    );
    // OpenSSL dates what it makes by the machine's clock.
    service = await createTestService({}, new Date(Date.now() + 3_600_000));
  });
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const post = async (url: string, body: object) => {
    const answer = await service.call('POST', url, { token: service.administrator, body });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body;
  };
  const of = ({ name }: Family): OpensslAuthority => {
    const authority = authorities.get(name);
    if (authority === undefined) throw new Error(name);
    return authority;
  };
  const digestOf = ({ digest }: Family, bytes = content) => ({
    algorithm: digest,
    value: createHash(digest).update(bytes).digest('base64'),
  });

  describe.each(families)('of $name', (family) => {
    const named = family.algorithm === undefined ? {} : { algorithm: family.algorithm };

    it('a certificate passes as OpenSSL says, and one on the CA’s list is revoked', async () => {
      const authority = of(family);
      const trust = { trustAnchors: [authority.pem('root')] };
      expect(authority.accepts('leaf')).toBe(true);
      const good = await post('/v1/certificates/validate', { certificate: authority.pem('leaf'), ...trust });
      expect(good, JSON.stringify(good)).toMatchObject({ indication: 'passed' });
      const crls = [authority.listRevoking('revoked')];
      const asked = { ...trust, crls, revocation: 'require' };
      const revoked = await post('/v1/certificates/validate', { certificate: authority.pem('revoked'), ...asked });
      expect(revoked).toMatchObject({ indication: 'failed', reason: { code: 'ERR_REVOCATION_REVOKED' } });
      const clean = await post('/v1/certificates/validate', { certificate: authority.pem('leaf'), ...asked });
      expect(clean).toMatchObject({ indication: 'passed', revocation: { checked: true, source: 'crl' } });
      const [other] = families.filter(({ name }) => name !== family.name);
      if (other === undefined) throw new Error('one family alone');
      const foreign = { certificate: authority.pem('leaf'), trustAnchors: [of(other).pem('root')] };
      expect((await post('/v1/certificates/validate', foreign)).indication).not.toBe('passed');
    });

    it.each([
      ['short', content],
      ['long', long],
    ])(
      'a raw signature over %s content passes, by content and by digest, and over other content fails',
      async (_size, bytes) => {
        const authority = of(family);
        const by = { certificate: authority.pem('leaf'), trustAnchors: [authority.pem('root')], ...named };
        const signature = authority.sign('leaf', bytes, ...family.options);
        const url = '/v1/signatures/verify';
        const raw = { kind: 'raw', content: toBase64(bytes), signature, ...by };
        expect(await post(url, raw)).toMatchObject({ kind: 'raw', indication: 'passed' });
        const digest = { kind: 'digest', digest: digestOf(family, bytes), signature, ...by };
        expect(await post(url, digest)).toMatchObject({ kind: 'digest', indication: 'passed' });
        const failed = { indication: 'failed', reason: { code: 'ERR_SIGNATURE_INVALID' } };
        expect(await post(url, { ...raw, content: toBase64(utf8Encode('x')) })).toMatchObject(failed);
        expect(await post(url, { ...digest, digest: digestOf(family, utf8Encode('x')) })).toMatchObject(failed);
      },
    );

    it('a signed message passes, and with any octet of its end changed it does not', async () => {
      const authority = of(family);
      const message = authority.message('leaf', content);
      const question = { kind: 'message', trustAnchors: [authority.pem('root')] };
      const answer = await post('/v1/signatures/verify', { ...question, message });
      expect(answer, JSON.stringify(answer)).toMatchObject({ kind: 'message', indication: 'passed' });
      const changed = Buffer.from(message, 'base64');
      changed.writeUInt8(changed.readUInt8(changed.length - 9) ^ 4, changed.length - 9);
      const forged = await post('/v1/signatures/verify', { ...question, message: changed.toString('base64') });
      expect(forged.indication).not.toBe('passed');
    });
  });

  it('a time-stamp of P-384 passes against content and digest, and against others fails', async () => {
    const [, family] = families;
    if (family === undefined) throw new Error('no P-384');
    const authority = of(family);
    authority.issue('tsa', 9, 'tsa');
    const token = authority.stamp(content);
    const question = { token, trustAnchors: [authority.pem('root')] };
    const digest = { algorithm: 'sha256', value: createHash('sha256').update(content).digest('base64') };
    for (const about of [{ content: toBase64(content) }, { digest }])
      expect(await post('/v1/timestamps/verify', { ...question, ...about })).toMatchObject({ indication: 'passed' });
    const other = await post('/v1/timestamps/verify', { ...question, content: toBase64(utf8Encode('x')) });
    expect(other.indication).toBe('failed');
  });

  it('PSS that is not named is not PKCS#1, and PKCS#1 is no PSS', async () => {
    const family = families.find(({ name }) => name === 'RSA-PSS');
    const plain = families.find(({ name }) => name === 'RSA PKCS#1');
    if (family === undefined || plain === undefined) throw new Error('no RSA');
    const [authority, other] = [of(family), of(plain)];
    const bySha256 = { kind: 'digest', digest: digestOf(family), certificate: authority.pem('leaf') };
    const signature = authority.sign('leaf', content, ...family.options);
    const unnamed = await post('/v1/signatures/verify', { ...bySha256, signature });
    expect(unnamed).toMatchObject({ indication: 'failed', reason: { code: 'ERR_SIGNATURE_INVALID' } });
    const asPss = { kind: 'digest', digest: digestOf(plain), certificate: other.pem('leaf') };
    const pkcs1 = other.sign('leaf', content);
    const crossed = await post('/v1/signatures/verify', { ...asPss, signature: pkcs1, algorithm: 'rsa-pss-sha384' });
    expect(crossed).toMatchObject({ indication: 'failed', reason: { code: 'ERR_SIGNATURE_INVALID' } });
  });

  it('a digest of another algorithm than the one named is refused, and a key for PSS alone takes no PKCS#1', async () => {
    const family = families.find(({ name }) => name === 'a key for PSS alone');
    if (family === undefined) throw new Error('no such key');
    const certificate = of(family).pem('leaf');
    const ask = (body: object) =>
      service.call('POST', '/v1/signatures/verify', { token: service.administrator, body: { certificate, ...body } });
    const digest = digestOf(family);
    for (const body of [
      { kind: 'digest', digest, signature: 'AAAA', algorithm: 'rsa-pss-sha512' },
      { kind: 'digest', digest, signature: 'AAAA', algorithm: 'rsa-sha256' },
      { kind: 'raw', content: 'AAAA', signature: 'AAAA', algorithm: 'rsa-sha256' },
    ]) {
      const { status, body: answer } = await ask(body);
      expect({ status, code: answer.error?.code }).toEqual({ status: 422, code: 'ERR_SIGNATURE_ALGORITHM_MISMATCH' });
    }
  });

  it('all of it comes to the same verdict again from what was kept', async () => {
    const replays = await replayEverything(service);
    expect(replays.length).toBeGreaterThan(70);
    expect(replays.filter(({ replay }) => replay.outcome !== 'same')).toEqual([]);
  });
});
