import { constants, publicEncrypt, X509Certificate } from 'node:crypto';
import { fromHex, utf8Encode } from '@onelock/core/bytes';
import type { PublicKey } from '@onelock/core/crypto';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCardDriver } from '../src/card/index.ts';
import type { DeviceId, OpenPgpQuirks, SessionId, TokenDriver } from '../src/port/index.ts';
import type { VirtualCard } from '../src/virtual-card/index.ts';
import { pinOf } from './driver-suite.ts';
import { MemoryReaders } from './memory-readers.ts';
import {
  newOpenPgpCard,
  openPgpAdminPin,
  openPgpConfig,
  openPgpEncryption,
  openPgpPin,
  openPgpSerial,
} from './openpgp-under-test.ts';
import { newPivCard } from './piv-under-test.ts';
import { ecIdentity, rsaIdentity } from './test-keys.ts';

const ops = createNodeCrypto();
const message = utf8Encode('投标文件 bid.pdf');
const input = { kind: 'message', bytes: message } as const;
const rsa = { kind: 'rsa-pkcs1v15', digest: 'sha256' } as const;
const ecdsa = { kind: 'ecdsa', digest: 'sha256' } as const;
const keyOf = (certificate: Uint8Array): PublicKey => parseCertificate(certificate).publicKey;
const failing = <T>(promise: Promise<T>) => promise.catch((error) => error);

let driver: TokenDriver;
let device: DeviceId;
let card: VirtualCard;

async function start(next: VirtualCard = newOpenPgpCard(), quirks: Partial<OpenPgpQuirks> = {}): Promise<void> {
  await driver?.close();
  card = next;
  const readers = new MemoryReaders();
  readers.insert(card);
  driver = await createCardDriver(openPgpConfig(null, quirks), readers);
  const [first] = await driver.listDevices();
  device = first?.id ?? ('none' as DeviceId);
}

const open = (pin = openPgpPin): Promise<SessionId> => driver.openSession(device, pinOf(pin));
/** INS and P2 of what the card hears from now on. */
function heard(): { readonly ins: number; readonly p2: number }[] {
  const seen: { ins: number; p2: number }[] = [];
  card.interference = (command, answer) => {
    seen.push({ ins: command[1] ?? 0, p2: command[3] ?? 0 });
    return answer(command);
  };
  return seen;
}

beforeEach(() => start());
afterEach(() => driver.close());

describe('an OpenPGP card', () => {
  it.each([false, true])(
    'shows what it is and why it does not do the rest, objects with their tag: %s',
    async (wrapsObjects) => {
      await start(newOpenPgpCard({ wrapsObjects }));
      const [token] = await driver.listDevices();
      expect(token).toMatchObject({ model: 'OpenPGP card 3.4', serialNumber: openPgpSerial, label: 'Zhang San' });
      expect(token?.capabilities).toEqual([
        'sign-message',
        'sign-digest',
        'pin-retries',
        'change-pin',
        'unblock-pin',
        'random',
        'decrypt',
      ]);
      expect(token?.lacks?.map(({ capability }) => capability)).toEqual([
        'decrypt-content',
        'unblock-pin-remote',
        'generate-key',
        'import-certificate',
        'import-encryption-key',
        'read-files',
      ]);
      expect((await driver.random(device, 700)).length).toBe(700);
    },
  );

  it('pairs the signature key with the decryption key, and has the authentication key beside', async () => {
    expect(await driver.listIdentities(device)).toMatchObject([
      { id: 'sig', signingCertificate: ecIdentity.signing.certificate, encryptionCertificate: openPgpEncryption },
      { id: 'aut', signingCertificate: rsaIdentity.signing.certificate, encryptionCertificate: null },
    ]);
  });

  it('of version 2.1 has one certificate, and forgets the PIN by a reset', async () => {
    await start(newOpenPgpCard({ version: '2.1' }));
    expect((await driver.listIdentities(device)).map(({ id }) => id)).toEqual(['aut']);
    const session = await open();
    const signature = await driver.sign(session, 'aut', rsa, input);
    expect(ops.verify(keyOf(rsaIdentity.signing.certificate), rsa, message, signature)).toBe(true);
    await driver.closeSession(session);
    await expect(failing(driver.sign(session, 'aut', rsa, input))).resolves.toFailWith('ERR_TOKEN_SESSION_CLOSED');
  });

  it.each(['short', 'extended'] as const)('signs with either key and decrypts, with %s lengths', async (form) => {
    await start(newOpenPgpCard(), { form });
    const session = await open();
    for (const [id, algorithm, { certificate }] of [
      ['sig', ecdsa, ecIdentity.signing],
      ['aut', rsa, rsaIdentity.signing],
    ] as const) {
      const signature = await driver.sign(session, id, algorithm, input);
      expect(ops.verify(keyOf(certificate), algorithm, message, signature)).toBe(true);
      const digest = { kind: 'digest', bytes: ops.digest('sha256', message) } as const;
      const ofDigest = await driver.sign(session, id, algorithm, digest);
      expect(ops.verify(keyOf(certificate), algorithm, message, ofDigest)).toBe(true);
    }
    const secret = ops.random(16);
    const { publicKey } = new X509Certificate(openPgpEncryption);
    const padded = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, secret);
    for (const certificate of [null, openPgpEncryption])
      expect(
        await driver.decrypt(
          session,
          { identityId: 'sig', certificate },
          { kind: 'rsa-pkcs1v15' },
          Uint8Array.from(padded),
        ),
      ).toEqual(secret);
    const key = { identityId: 'sig', certificate: null };
    for (const [scheme, ciphertext, code] of [
      [{ kind: 'rsa-pkcs1v15' }, ops.random(256), 'ERR_ENVELOPE_CONTENT_INVALID'],
      [{ kind: 'rsa-pkcs1v15' }, ops.random(40), 'ERR_ENVELOPE_CONTENT_INVALID'],
      [{ kind: 'rsa-oaep', digest: 'sha1', mgf1Digest: 'sha1' }, ops.random(256), 'ERR_TOKEN_ALGORITHM_UNSUPPORTED'],
    ] as const)
      await expect(failing(driver.decrypt(session, key, scheme, ciphertext))).resolves.toFailWith(code);
    const pss = { kind: 'rsa-pss', digest: 'sha256', mgf1Digest: 'sha256', saltLength: 32 } as const;
    await expect(failing(driver.sign(session, 'aut', pss, input))).resolves.toFailWith(
      'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
    );
    await expect(failing(driver.sign(session, 'dec', rsa, input))).resolves.toFailWith('ERR_TOKEN_KEY_NOT_FOUND');
  });

  it('is given the PIN once to unlock and once for each signature of the key that wants that', async () => {
    const commands = heard();
    const session = await open();
    expect(commands.filter(({ ins }) => ins === 0x20)).toEqual([{ ins: 0x20, p2: 0x82 }]);
    commands.length = 0;
    for (let count = 0; count < 3; count += 1) await driver.sign(session, 'sig', ecdsa, input);
    expect(commands.filter(({ ins }) => ins === 0x20).map(({ p2 }) => p2)).toEqual([0x81, 0x81, 0x81]);
    commands.length = 0;
    await driver.sign(session, 'aut', rsa, input);
    expect(commands.filter(({ ins }) => ins === 0x20)).toEqual([]);
  });

  it.each([false, true])(
    'counts wrong PINs, locks, and is unblocked by the administrator; silently: %s',
    async (countsSilently) => {
      await start(newOpenPgpCard({ tries: 3, countsSilently }));
      expect(await driver.pinStatus(device)).toMatchObject({
        retriesLeft: 3,
        locked: false,
        minLength: 6,
        maxLength: 127,
      });
      for (const retriesLeft of [2, 1])
        expect(await failing(open('000000'))).toMatchObject({
          code: 'ERR_TOKEN_PIN_INCORRECT',
          params: { retriesLeft },
        });
      expect(await driver.pinStatus(device)).toMatchObject({ retriesLeft: 1, low: true });
      await expect(failing(open('000000'))).resolves.toFailWith('ERR_TOKEN_PIN_LOCKED');
      expect(await driver.pinStatus(device)).toMatchObject({ retriesLeft: 0, locked: true });
      await expect(failing(open())).resolves.toFailWith('ERR_TOKEN_PIN_LOCKED');
      expect(await failing(driver.unblockPin(device, pinOf('00000000'), pinOf('654321')))).toMatchObject({
        code: 'ERR_TOKEN_PIN_INCORRECT',
        params: { retriesLeft: 2 },
      });
      expect(await driver.pinStatus(device, 'admin')).toMatchObject({ retriesLeft: 2, minLength: 8 });
      await driver.unblockPin(device, pinOf(openPgpAdminPin), pinOf('654321'));
      expect(await open('654321')).toHaveLength(36);
    },
  );

  it('changes its PIN for who knows the old one', async () => {
    await driver.changePin(device, pinOf(openPgpPin), pinOf('long enough PIN'));
    expect(await failing(open())).toMatchObject({ params: { retriesLeft: 4 } });
    expect(await failing(driver.changePin(device, pinOf('111111'), pinOf('222222')))).toMatchObject({
      params: { retriesLeft: 3 },
    });
    const session = await open('long enough PIN');
    expect(await driver.sign(session, 'sig', ecdsa, input)).toBeInstanceOf(Uint8Array);
    await expect(failing(driver.changePin(device, pinOf('long enough PIN'), pinOf('12345')))).resolves.toFailWith(
      'ERR_TOKEN_PIN_LENGTH',
    );
  });

  it('forgets the PIN with the last session', async () => {
    const session = await open();
    await driver.closeSession(session);
    const commands = heard();
    const other = await open();
    expect(commands.filter(({ ins }) => ins === 0x20).map(({ p2 }) => p2)).toEqual([0x82]);
    expect(await driver.sign(other, 'aut', rsa, input)).toBeInstanceOf(Uint8Array);
  });

  it('whose signature is none is not believed', async () => {
    const session = await open();
    card.interference = async (command, answer) => {
      const right = await answer(command);
      return command[1] === 0x2a ? fromHex(`${'11'.repeat(64)}9000`) : right;
    };
    await expect(failing(driver.sign(session, 'sig', ecdsa, input))).resolves.toFailWith('ERR_TOKEN_NATIVE_FAILURE');
  });

  it('is not taken for one without the application, and one of rubbish hides nothing', async () => {
    await start(newPivCard());
    expect(await driver.listDevices()).toEqual([]);
    await start(newOpenPgpCard({ slots: { aut: { pkcs8: rsaIdentity.signing.pkcs8, certificate: ops.random(300) } } }));
    expect(await driver.listIdentities(device)).toEqual([]);
  });
});
