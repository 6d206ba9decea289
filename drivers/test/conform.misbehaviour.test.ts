import { utf8Encode } from '@onelock/core/bytes';
import { createNodeCiphers, createNodeCrypto } from '@onelock/core/crypto/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { type CaseReport, conformanceCases, runCase } from '../src/conformance/index.ts';
import type { Pin, SkfDriverConfig } from '../src/port/index.ts';
import { buildSkfLibrary, type SkfLibraryFile, skfAdminPin, skfCompiler, skfParts } from './skf-library.ts';
import { startSkf } from './skf-under-test.ts';

const ops = createNodeCrypto();
const ciphers = createNodeCiphers(ops);
const pin = (text: string) => (): Pin => utf8Encode(text) as Pin;

requireReal(skfParts, skfCompiler())('an SKF library that is not as the standard says', (compiler) => {
  let built: SkfLibraryFile;
  beforeAll(() => {
    built = buildSkfLibrary(compiler);
  });
  afterAll(() => built.remove());

  /** One case with a library of such traits. */
  async function report(id: string, traits: string, quirks: SkfDriverConfig['quirks'] = {}): Promise<CaseReport> {
    const test = await startSkf(built.library, 'hosted', { environment: { ONELOCK_SKF_TRAITS: traits }, quirks });
    const each = conformanceCases.find((one) => one.id === id);
    if (each === undefined) throw new Error(id);
    try {
      return await runCase(each, {
        driver: test.driver,
        pin: pin(test.pin),
        adminPin: pin(skfAdminPin),
        may: new Set(['spend-pin-tries']),
        signatures: 3,
        ops,
        ciphers,
      });
    } finally {
      await test.end();
    }
  }

  it('fails by the clause on signing when r and s stand elsewhere than its manifest says', {
    timeout: 180_000,
  }, async () => {
    const failed = await report('sign-sm2', 'left-aligned', { signatureAlignment: 'right' });
    expect(failed).toMatchObject({ outcome: 'failed', problem: { code: 'ERR_TOKEN_NATIVE_FAILURE' } });
    expect(failed.clause).toContain('GM/T 0016-2012 §7.6 SKF_ECCSignData');
    expect(await report('sign-sm2', 'left-aligned')).toMatchObject({ outcome: 'passed' });
  });

  it('fails by the clause on RSA when it hashes what it should not', { timeout: 180_000 }, async () => {
    const failed = await report('sign-rsa', 'rsa-digest');
    expect(failed).toMatchObject({ outcome: 'failed' });
    expect(failed.clause).toContain('SKF_RSASignData');
    expect(await report('sign-rsa', 'rsa-digest', { rsaSignInput: 'digest' })).toMatchObject({ outcome: 'passed' });
  });

  it('says what the vendor’s own interface said', { timeout: 180_000 }, async () => {
    const failed = await report('sign-rsa', 'rsa-digest');
    expect(failed).toMatchObject({ problem: { code: 'ERR_TOKEN_NATIVE_FAILURE', params: { api: 'SKF_RSASignData' } } });
  });
});
