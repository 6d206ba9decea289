import { fromHex, toHex, utf8Encode } from '@onelock/core/bytes';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { CKM_ECDSA, type Cryptoki, type Handle } from '../src/pkcs11/abi.ts';
import { type Pkcs11TokenContents, provisionPkcs11Token, type SoftHsmStore } from '../src/pkcs11/index.ts';
import { loadPkcs11Module, openLibrary } from '../src/pkcs11/load-module.ts';
import { planSignature } from '../src/pkcs11/mechanisms.ts';
import { findPrivateKey } from '../src/pkcs11/objects.ts';
import { PinGiver } from '../src/pkcs11/pin-giver.ts';
import { Pkcs11Sessions } from '../src/pkcs11/pkcs11-sessions.ts';
import { TokenSlots } from '../src/pkcs11/token-slots.ts';
import { pinOf } from './driver-suite.ts';
import { pkcs11Library, pkcs11Parts } from './pkcs11-parts.ts';
import { newStore, writeTestToken } from './pkcs11-under-test.ts';
import { ecIdentity, rsaIdentity, sm2Identity } from './test-keys.ts';

const ops = createNodeCrypto();
const message = utf8Encode('投标文件');

/** The real library, with a note of every function called. */
function noting(cryptoki: Cryptoki, calls: string[]): Cryptoki {
  return new Proxy(cryptoki, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        calls.push(String(name));
        return member.apply(target, args);
      };
    },
  });
}

requireReal(pkcs11Parts, pkcs11Library())('a SoftHSM2 token', (library) => {
  let store: SoftHsmStore;
  let remove: () => void;
  let cryptoki: Cryptoki;
  let slots: TokenSlots;
  const before = process.cwd();
  const calls: string[] = [];

  beforeAll(async () => {
    ({ store, remove } = newStore(library));
    await writeTestToken(store);
    process.chdir(store.stateFolder);
    Object.assign(process.env, store.environment);
    cryptoki = noting(openLibrary('softhsm2', library), calls);
    slots = new TokenSlots(cryptoki);
    slots.look(() => false);
  });
  afterAll(() => {
    cryptoki.C_Finalize();
    process.chdir(before);
    remove();
  });

  const { CK_PARAMS_RSA_PSS: pssParameterType } = loadPkcs11Module('softhsm2');
  const token = () => {
    const [first] = slots.present;
    if (first === undefined) throw new Error('no token');
    return first;
  };
  const noPad = () => {
    throw new Error('no PIN pad');
  };
  const newSessions = () => new Pkcs11Sessions(cryptoki, slots, new PinGiver(cryptoki, slots, noPad));
  const loggedIn = async <T>(act: (handle: Handle) => T): Promise<T> => {
    const sessions = newSessions();
    const session = await sessions.open(token(), pinOf('123456'));
    try {
      return act(sessions.demand(session).handle);
    } finally {
      sessions.close(session);
    }
  };

  describe('sessions', () => {
    it('call C_Login exactly once each, and log out with the last', async () => {
      const sessions = newSessions();
      calls.length = 0;
      const first = await sessions.open(token(), pinOf('123456'));
      expect(calls.filter((name) => name === 'C_Login')).toHaveLength(1);
      const second = await sessions.open(token(), pinOf('123456'));
      expect(calls.filter((name) => name === 'C_Login')).toHaveLength(2);
      calls.length = 0;
      sessions.close(first);
      expect(calls).not.toContain('C_Logout');
      sessions.close(second);
      expect(calls).toContain('C_Logout');
    });

    it('call C_Login once for a wrong PIN too, and end the sessions that it logged out', async () => {
      const sessions = newSessions();
      const good = await sessions.open(token(), pinOf('123456'));
      calls.length = 0;
      expect(await sessions.open(token(), pinOf('999999')).catch((error) => error)).toFailWith(
        'ERR_TOKEN_PIN_INCORRECT',
      );
      expect(calls.filter((name) => name === 'C_Login')).toHaveLength(1);
      expect(() => sessions.demand(good)).toFailWith('ERR_TOKEN_SESSION_CLOSED');
      expect(slots.info(token()).flags & 0x10000).not.toBe(0);
      sessions.close(await sessions.open(token(), pinOf('123456')));
      expect(slots.info(token()).flags & 0x10000).toBe(0);
    });
  });

  describe('signatures', () => {
    const sign = (id: string, algorithm: Parameters<typeof planSignature>[1], without: readonly number[] = []) =>
      loggedIn((handle) => {
        const key = findPrivateKey(cryptoki, handle, fromHex(id));
        if (key === undefined) throw new Error('no key');
        const mechanisms = new Set([...slots.mechanisms(token())].filter((number) => !without.includes(number)));
        const abilities = { mechanisms, pssParameterType };
        const plan = planSignature(key, algorithm, { kind: 'message', bytes: message }, abilities);
        cryptoki.C_SignInit(handle, plan.mechanism, key.handle);
        return plan.decode(cryptoki.C_Sign(handle, Buffer.from(plan.data), Buffer.alloc(1024)));
      });
    const rsaKey = parseCertificate(rsaIdentity.signing.certificate).publicKey;
    const ecKey = parseCertificate(ecIdentity.signing.certificate).publicKey;

    it.each(['sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const)(
      'verify for RSA PKCS#1 v1.5 with %s, by the token’s own digest and by DigestInfo alike',
      async (digest) => {
        const algorithm = { kind: 'rsa-pkcs1v15', digest } as const;
        const own = await sign('a1', algorithm);
        expect(ops.verify(rsaKey, algorithm, message, own)).toBe(true);
        expect(await sign('a1', algorithm, [0x06, 0x40, 0x41, 0x42, 0x46])).toEqual(own);
      },
    );

    it('verify for RSA-PSS', async () => {
      const algorithm = { kind: 'rsa-pss', digest: 'sha256', mgf1Digest: 'sha256', saltLength: 32 } as const;
      expect(ops.verify(rsaKey, algorithm, message, await sign('a1', algorithm))).toBe(true);
    });

    it('verify for P-256, as DER', async () => {
      const algorithm = { kind: 'ecdsa', digest: 'sha256' } as const;
      for (let round = 0; round < 20; round++) {
        const signature = await sign('a2', algorithm);
        expect(signature[0]).toBe(0x30);
        expect(ops.verify(ecKey, algorithm, message, signature)).toBe(true);
      }
    });

    it('are never made by CKM_ECDSA with a key on the SM2 curve, which the library would do', async () => {
      const sm2Curve = Buffer.from('06082a811ccf5501822d', 'hex');
      await loggedIn((handle) => {
        const generate = Reflect.get(cryptoki, 'C_GenerateKeyPair') as (...args: unknown[]) => {
          privateKey: Handle;
        };
        const id = { type: 0x102, value: Buffer.from([0xb1]) };
        const key = generate(
          handle,
          { mechanism: 0x1040 },
          [{ type: 0x180, value: sm2Curve }, id],
          [{ type: 0x108, value: true }, id],
        );
        cryptoki.C_SignInit(handle, { mechanism: CKM_ECDSA }, key.privateKey);
        expect(cryptoki.C_Sign(handle, Buffer.alloc(32, 1), Buffer.alloc(1024))).toHaveLength(64);

        const found = findPrivateKey(cryptoki, handle, Uint8Array.of(0xb1));
        expect(toHex(found?.curve ?? new Uint8Array())).toBe(sm2Curve.toString('hex'));
        if (found === undefined) throw new Error('no key');
        const abilities = { mechanisms: slots.mechanisms(token()), pssParameterType };
        for (const algorithm of [
          { kind: 'ecdsa', digest: 'sha256' },
          { kind: 'sm2-sm3', userId: utf8Encode('1234567812345678') },
        ] as const)
          expect(() => planSignature(found, algorithm, { kind: 'message', bytes: message }, abilities)).toFailWith(
            'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
          );
      });
    });
  });

  describe('provisioning', () => {
    const provision = (changes: Partial<Pkcs11TokenContents>): Promise<unknown> =>
      provisionPkcs11Token({
        ...store,
        label: 'another',
        userPin: '123456',
        soPin: '87654321',
        identities: [],
        ...changes,
      }).catch((error) => error);

    it('refuses a key that PKCS#11 cannot hold, and one that is not the certificate’s', async () => {
      const of = (pkcs8: Uint8Array, certificate: Uint8Array) => [{ id: 'c1', label: 'x', pkcs8, certificate }];
      const { pkcs8, certificate } = sm2Identity.signing;
      expect(await provision({ identities: of(pkcs8, certificate) })).toFailWith('ERR_CRYPTO_KEY_INVALID');
      expect(await provision({ identities: of(pkcs8, rsaIdentity.signing.certificate) })).toFailWith(
        'ERR_CRYPTO_KEY_INVALID',
      );
    });

    it('names a library that is not there, and a PIN that the token refuses', async () => {
      expect(await provision({ library: '/nowhere/lib.so' })).toFailWith('ERR_DRIVER_NOT_INSTALLED');
      expect(await provision({ userPin: '1' })).toFailWith('ERR_TOKEN_PIN_LENGTH');
    });
  });
});
