import { describe, expect, it } from 'vitest';
import type { Pkcs11Mechanisms } from '../port/index.ts';
import { CKF_RNG, CKF_SO_PIN_LOCKED, CKF_WRITE_PROTECTED, CKM_ECDSA, CKM_RSA_PKCS } from './abi.ts';
import { describeAbilities, type TokenTraits } from './capabilities.ts';
import type { KeyKindName } from './key-kinds.ts';

const rsaGenerate = 0;
const vendor = 0x80000001;
const mechanisms = new Set([rsaGenerate, CKM_RSA_PKCS, CKM_ECDSA, vendor]);
const sm2Of = (input: 'digest' | 'message') => ({ sign: { mechanism: vendor, input, output: 'raw' } }) as const;

function abilities(
  flags: number,
  kinds: readonly KeyKindName[],
  sm2?: Pkcs11Mechanisms['sm2'],
  more: Partial<TokenTraits> = {},
) {
  const content = { unwraps: new Set<number>(), aes: false };
  const traits = { mechanisms, content, vendors: sm2 === undefined ? {} : { sm2 }, kinds: new Set(kinds), ...more };
  return describeAbilities({ flags: flags | CKF_RNG }, traits);
}

describe('what a PKCS#11 token says it can', () => {
  it('is anything that its mechanisms allow while it shows no key', () => {
    const { capabilities } = abilities(0, []);
    for (const each of ['sign-digest', 'decrypt', 'generate-key', 'change-pin', 'unblock-pin'])
      expect(capabilities).toContain(each);
  });

  it('is narrowed to what its keys do', () => {
    const { capabilities, lacks } = abilities(0, ['ec']);
    expect(capabilities).toContain('sign-digest');
    expect(lacks).toContainEqual(expect.objectContaining({ capability: 'decrypt', reason: 'token' }));
    expect(abilities(0, ['ed25519']).capabilities).not.toContain('sign-digest');
  });

  it('signs a digest with SM2 where the vendor’s mechanism takes one', () => {
    expect(abilities(0, ['sm2'], sm2Of('digest')).capabilities).toContain('sign-digest');
    expect(abilities(0, ['sm2'], sm2Of('message')).capabilities).not.toContain('sign-digest');
  });

  it('opens content inside only with keys that unwrap and a cipher of its own', () => {
    const aes = { unwraps: new Set([CKM_RSA_PKCS]), aes: true };
    const says = (...args: Parameters<typeof abilities>) => abilities(...args).capabilities.includes('decrypt-content');
    expect(says(0, ['rsa'], undefined, { content: aes })).toBe(true);
    expect(says(0, ['ec'], undefined, { content: aes })).toBe(false);
    expect(says(0, ['rsa'], undefined, { content: { ...aes, aes: false } })).toBe(false);
    expect(says(0, ['rsa'], undefined, { content: { ...aes, unwraps: new Set() } })).toBe(false);
    const sm2 = { unwrapContentKey: { mechanism: vendor } };
    const sm4 = { keyType: vendor, cbc: vendor };
    expect(says(0, ['sm2'], sm2, { vendors: { sm2, sm4 } })).toBe(true);
    expect(says(0, ['sm2'], sm2)).toBe(false);
    expect(abilities(0, ['sm2'], sm2).lacks).toContainEqual(
      expect.objectContaining({ capability: 'decrypt-content', reason: 'token' }),
    );
  });

  it('changes nothing, PINs included, where it is write-protected, and says so', () => {
    const { capabilities, lacks } = abilities(CKF_WRITE_PROTECTED, ['rsa']);
    for (const each of ['change-pin', 'unblock-pin', 'generate-key', 'import-certificate', 'import-encryption-key']) {
      expect(capabilities).not.toContain(each);
      expect(lacks).toContainEqual({ capability: each, reason: 'token', detail: 'CKF_WRITE_PROTECTED' });
    }
  });

  it('unblocks nothing when the administrator’s PIN is locked', () => {
    const { capabilities, lacks } = abilities(CKF_SO_PIN_LOCKED, ['rsa']);
    expect(capabilities).toContain('change-pin');
    expect(lacks).toContainEqual({ capability: 'unblock-pin', reason: 'token', detail: 'CKF_SO_PIN_LOCKED' });
  });
});
