import { utf8Encode } from '@onelock/core/bytes';
import type { SignatureAlgorithm } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeviceId, Pin, SessionId, TokenDriver } from '../src/port/index.ts';
import { until } from './processes.ts';

/** One family, running one way, with one token in it. */
export interface DriverUnderTest {
  readonly driver: TokenDriver;
  readonly pin: string;
  readonly serialNumber: string;
  readonly label: string;
  /** Identities that the token must show, and how each signs. */
  readonly identities: readonly { readonly id: string; readonly algorithm: SignatureAlgorithm }[];
  /** Takes the token out, and puts the same one back. */
  remove(): void;
  restore(): void;
  /** Ends driver and processes and deletes what was made. */
  end(): Promise<void>;
}

export const pinOf = (text: string): Pin => utf8Encode(text) as Pin;

const ops = createNodeCrypto();
const message = utf8Encode('投标文件 bid.pdf');

/** What every driver owes the port, whatever its family and wherever it runs. */
export function describeDriver(title: string, start: () => Promise<DriverUnderTest>): void {
  describe(title, () => {
    let test: DriverUnderTest;
    let driver: TokenDriver;
    let device: DeviceId;

    beforeAll(async () => {
      test = await start();
      driver = test.driver;
      const [first] = await driver.listDevices();
      if (first === undefined) throw new Error('no device');
      device = first.id;
    });
    afterAll(() => test?.end());

    const withSession = async <T>(act: (session: SessionId) => Promise<T>): Promise<T> => {
      const session = await driver.openSession(device, pinOf(test.pin));
      try {
        return await act(session);
      } finally {
        await driver.closeSession(session);
      }
    };

    const publicKeyOf = async (identityId: string) => {
      const identity = (await driver.listIdentities(device)).find(({ id }) => id === identityId);
      if (!identity?.signingCertificate) throw new Error(`no certificate for ${identityId}`);
      return parseCertificate(identity.signingCertificate).publicKey;
    };

    it('lists the token that is present, with its serial number and label', async () => {
      const devices = await driver.listDevices();
      expect(devices).toHaveLength(1);
      expect(devices[0]).toMatchObject({ serialNumber: test.serialNumber, label: test.label });
      expect(devices[0]?.capabilities).toContain('sign-message');
      expect(devices[0]?.insertion).toBeGreaterThan(0);
    });

    it('shows identities and certificates without a PIN', async () => {
      const ids = (await driver.listIdentities(device)).map(({ id }) => id);
      expect(ids.sort()).toEqual(test.identities.map(({ id }) => id).sort());
    });

    it('tells the state of the PIN', async () => {
      const status = await driver.pinStatus(device);
      expect(status.locked).toBe(false);
      expect(status.minLength).toBeLessThanOrEqual(test.pin.length);
      expect(status.maxLength).toBeGreaterThanOrEqual(test.pin.length);
    });

    it('signs with every identity so that the certificate verifies it', async () => {
      await withSession(async (session) => {
        for (const { id, algorithm } of test.identities) {
          const signature = await driver.sign(session, id, algorithm, { kind: 'message', bytes: message });
          expect(ops.verify(await publicKeyOf(id), algorithm, message, signature), id).toBe(true);
        }
      });
    });

    it('signs an RSA digest computed elsewhere', async () => {
      const algorithm = { kind: 'rsa-pkcs1v15', digest: 'sha256' } as const;
      const bytes = ops.digest('sha256', message);
      const [rsa] = test.identities;
      if (rsa === undefined) throw new Error('no identity');
      const signature = await withSession((session) =>
        driver.sign(session, rsa.id, algorithm, { kind: 'digest', bytes }),
      );
      expect(ops.verify(await publicKeyOf(rsa.id), algorithm, message, signature)).toBe(true);
      const short = { kind: 'digest', bytes: bytes.subarray(1) } as const;
      await expect(
        withSession((session) => driver.sign(session, rsa.id, algorithm, short)).catch((error) => error),
      ).resolves.toFailWith('ERR_REQUEST_INVALID');
    });

    it('never signs SM2 from a digest, nor with a key of another algorithm', async () => {
      const sm2 = { kind: 'sm2-sm3', userId: utf8Encode('1234567812345678') } as const;
      const bytes = ops.digest('sha256', message);
      await withSession(async (session) => {
        for (const { id } of test.identities)
          await expect(
            driver.sign(session, id, sm2, { kind: 'digest', bytes }).catch((error) => error),
          ).resolves.toFailWith('ERR_TOKEN_ALGORITHM_UNSUPPORTED');
        const [rsa] = test.identities;
        await expect(
          driver.sign(session, rsa?.id ?? '', sm2, { kind: 'message', bytes }).catch((error) => error),
        ).resolves.toFailWith('ERR_TOKEN_ALGORITHM_UNSUPPORTED');
      });
    });

    it('refuses a wrong PIN, and a wrong one beside an open session too', async () => {
      await expect(driver.openSession(device, pinOf('000000')).catch((error) => error)).resolves.toFailWith(
        'ERR_TOKEN_PIN_INCORRECT',
      );
      await withSession(async () => {
        await expect(driver.openSession(device, pinOf('000000')).catch((error) => error)).resolves.toFailWith(
          'ERR_TOKEN_PIN_INCORRECT',
        );
      });
      expect(await withSession(async () => 'open again')).toBe('open again');
    });

    it('refuses a PIN of impossible length without spending a try', async () => {
      const before = await driver.pinStatus(device);
      await expect(driver.openSession(device, pinOf('12')).catch((error) => error)).resolves.toFailWith(
        'ERR_TOKEN_PIN_LENGTH',
      );
      expect(await driver.pinStatus(device)).toEqual(before);
    });

    it('overwrites the PIN it was given, right or wrong', async () => {
      const wrong = pinOf('000000');
      await driver.openSession(device, wrong).catch(() => undefined);
      expect([...wrong]).toEqual([0, 0, 0, 0, 0, 0]);
      const right = pinOf(test.pin);
      await driver.closeSession(await driver.openSession(device, right));
      expect(right.every((byte) => byte === 0)).toBe(true);
    });

    it('keeps two sessions on one token apart', async () => {
      const { id = '', algorithm } = test.identities[0] ?? {};
      if (algorithm === undefined) throw new Error('no identity');
      const first = await driver.openSession(device, pinOf(test.pin));
      const second = await driver.openSession(device, pinOf(test.pin));
      await driver.closeSession(first);
      const input = { kind: 'message', bytes: message } as const;
      expect((await driver.sign(second, id, algorithm, input)).length).toBeGreaterThan(0);
      await expect(driver.sign(first, id, algorithm, input).catch((error) => error)).resolves.toFailWith(
        'ERR_TOKEN_SESSION_CLOSED',
      );
      await driver.closeSession(second);
      await driver.closeSession(second);
    });

    it('names a key, a device and a session that do not exist', async () => {
      const algorithm = { kind: 'rsa-pkcs1v15', digest: 'sha256' } as const;
      const input = { kind: 'message', bytes: message } as const;
      await withSession(async (session) => {
        for (const id of ['ff', 'no such key'])
          await expect(driver.sign(session, id, algorithm, input).catch((error) => error)).resolves.toFailWith(
            'ERR_TOKEN_KEY_NOT_FOUND',
          );
      });
      const nowhere = 'nowhere' as DeviceId;
      await expect(driver.listIdentities(nowhere).catch((error) => error)).resolves.toFailWith('ERR_TOKEN_NOT_FOUND');
      await expect(driver.openSession(nowhere, pinOf(test.pin)).catch((error) => error)).resolves.toFailWith(
        'ERR_TOKEN_NOT_FOUND',
      );
      const none = '00000000-0000-4000-8000-000000000000' as SessionId;
      await expect(driver.sign(none, 'a1', algorithm, input).catch((error) => error)).resolves.toFailWith(
        'ERR_TOKEN_SESSION_CLOSED',
      );
    });

    it('gives random bytes of the length asked for', async () => {
      const [one, other] = [await driver.random(device, 32), await driver.random(device, 32)];
      expect([one.length, other.length]).toEqual([32, 32]);
      expect(one).not.toEqual(other);
    });

    it('answers many calls at once, each rightly', async () => {
      const { id = '', algorithm } = test.identities[0] ?? {};
      if (algorithm === undefined) throw new Error('no identity');
      const key = await publicKeyOf(id);
      await withSession(async (session) => {
        const messages = Array.from({ length: 8 }, (_, index) => utf8Encode(`message ${index}`));
        const signatures = await Promise.all(
          messages.map((bytes) => driver.sign(session, id, algorithm, { kind: 'message', bytes })),
        );
        signatures.forEach((signature, index) => {
          expect(ops.verify(key, algorithm, messages[index] ?? message, signature)).toBe(true);
        });
      });
    });

    it('notices a removal and an insertion, and ends what was open', async () => {
      const { id = '', algorithm } = test.identities[0] ?? {};
      if (algorithm === undefined) throw new Error('no identity');
      const before = (await driver.listDevices())[0]?.insertion ?? 0;
      const session = await driver.openSession(device, pinOf(test.pin));
      let notices = 0;
      const stop = driver.onDevicesChanged(() => {
        notices += 1;
      });
      test.remove();
      await until(async () => notices > 0);
      expect(await driver.listDevices()).toEqual([]);
      const input = { kind: 'message', bytes: message } as const;
      await expect(driver.sign(session, id, algorithm, input).catch((error) => error)).resolves.toFailWith(
        'ERR_TOKEN_REMOVED',
      );
      test.restore();
      await until(async () => (await driver.listDevices()).length === 1);
      stop();
      expect((await driver.listDevices())[0]?.insertion).toBeGreaterThan(before);
      await expect(driver.sign(session, id, algorithm, input).catch((error) => error)).resolves.toFailWith(
        'ERR_TOKEN_REMOVED',
      );
      await driver.closeSession(session);
      expect(await withSession((fresh) => driver.sign(fresh, id, algorithm, input))).toBeInstanceOf(Uint8Array);
    });
  });
}
