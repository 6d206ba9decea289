import { utf8Encode } from '@onelock/core/bytes';
import { parsePublicKey, sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCiphers, createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCardDriver } from '../src/card/index.ts';
import type { DeviceId, SessionId, TokenDriver } from '../src/port/index.ts';
import type { VirtualCard } from '../src/virtual-card/index.ts';
import { CaSide } from './ca-side.ts';
import { pinOf } from './driver-suite.ts';
import { gmAdminPin, gmConfig, gmContainer, gmPin, newGmCard } from './gm-under-test.ts';
import { MemoryReaders } from './memory-readers.ts';
import { sm2Identity } from './test-keys.ts';

const ops = createNodeCrypto();
const ciphers = createNodeCiphers(ops);
const sm2 = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
const message = utf8Encode('投标文件 bid.pdf');
const picture = Uint8Array.from({ length: 3000 }, (_, index) => index & 0xff);

let readers: MemoryReaders;
let driver: TokenDriver;
let device: DeviceId;
let card: VirtualCard;

const failing = <T>(promise: Promise<T>) => promise.catch((error) => error);

async function insert(next: VirtualCard): Promise<void> {
  card = next;
  readers.insert(card);
  const [first] = await driver.listDevices();
  if (first === undefined) throw new Error('no device');
  device = first.id;
}

async function unlocked<T>(act: (session: SessionId) => Promise<T>, pin = gmPin): Promise<T> {
  const session = await driver.openSession(device, pinOf(pin));
  try {
    return await act(session);
  } finally {
    await driver.closeSession(session);
  }
}

beforeEach(async () => {
  readers = new MemoryReaders();
  driver = await createCardDriver(gmConfig(null), readers);
  await insert(
    newGmCard({
      files: { seal: { bytes: picture, needsPin: false }, secret: { bytes: utf8Encode('x'), needsPin: true } },
    }),
  );
});
afterEach(() => driver.close());

describe('a GM/T 0017 card', () => {
  it('shows what it is, what it can, and why not the rest', async () => {
    const [token] = await driver.listDevices();
    expect(token).toMatchObject({ serialNumber: 'GM-0001', label: '国密卡', algorithms: ['sm2'], keySpecs: ['sm2'] });
    expect(token?.lacks?.map(({ capability }) => capability)).toEqual(['decrypt', 'unblock-pin-remote']);
  });

  it('shows a container with two certificates as one identity', async () => {
    expect(await driver.listIdentities(device)).toEqual([
      {
        id: gmContainer,
        label: gmContainer,
        signingCertificate: sm2Identity.signing.certificate,
        encryptionCertificate: sm2Identity.encryption?.certificate,
      },
    ]);
  });

  it('signs so that the certificate verifies it', async () => {
    const key = parseCertificate(sm2Identity.signing.certificate).publicKey;
    await unlocked(async (session) => {
      for (let count = 0; count < 50; count += 1) {
        const bytes = utf8Encode(`文件 ${count}`);
        const signature = await driver.sign(session, gmContainer, sm2, { kind: 'message', bytes });
        expect(ops.verify(key, sm2, bytes, signature)).toBe(true);
      }
    });
  });

  it('opens content in parts, with a content key that never leaves it, and says one thing of what is wrong', async () => {
    const certificate = sm2Identity.encryption?.certificate ?? new Uint8Array();
    const contentKey = ops.random(16);
    const encryptedKey = ops.sm2.encrypt(parseCertificate(certificate).publicKey, contentKey, 'asn1');
    const iv = ops.random(16);
    const ciphertext = ciphers.encrypt('sm4-cbc', contentKey, iv, picture);
    const key = { identityId: gmContainer, certificate };
    const scheme = { kind: 'sm2' } as const;
    await unlocked(async (session) => {
      const open = (part: Uint8Array, from: Uint8Array, last: boolean, sealed = encryptedKey) =>
        driver.decryptContent(session, key, scheme, {
          encryptedKey: sealed,
          cipher: 'sm4-cbc',
          iv: from,
          ciphertext: part,
          last,
        });
      expect(await open(ciphertext, iv, true)).toEqual(picture);
      const first = await open(ciphertext.slice(0, 1600), iv, false);
      const second = await open(ciphertext.slice(1600), ciphertext.slice(1584, 1600), true);
      expect(Uint8Array.from([...first, ...second])).toEqual(picture);
      const spoilt = Uint8Array.from(encryptedKey);
      spoilt[spoilt.length - 1] = (spoilt.at(-1) ?? 0) ^ 1;
      for (const wrong of [
        () => open(ciphertext, iv, true, spoilt),
        () => open(ciphertext.slice(0, 1600), iv, true),
        () => open(ciphertext.slice(1), iv, true),
      ])
        await expect(failing(wrong())).resolves.toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
      const other = driver.decryptContent(session, { ...key, certificate: sm2Identity.signing.certificate }, scheme, {
        encryptedKey,
        cipher: 'sm4-cbc',
        iv,
        ciphertext,
        last: true,
      });
      await expect(failing(other)).resolves.toFailWith('ERR_TOKEN_KEY_NOT_FOUND');
      await expect(failing(driver.decrypt(session, key, scheme, encryptedKey))).resolves.toFailWith(
        'ERR_CALL_UNSUPPORTED',
      );
    });
  });

  it('makes a key, takes its certificates and an encryption key, and keeps the old ones beside', async () => {
    const ca = new CaSide(ops);
    const id = await unlocked(async (session) => {
      const made = await driver.generateKeyPair(session, 'sm2', gmContainer);
      expect(made.identityId).not.toBe(gmContainer);
      const signingKey = parsePublicKey(made.publicKey);
      const listed = (await driver.listIdentities(device)).find((identity) => identity.id === made.identityId);
      expect(listed?.uncertifiedSigningKey).toEqual(made.publicKey);
      const proof = await driver.sign(session, made.identityId, sm2, { kind: 'message', bytes: message });
      expect(ops.verify(signingKey, sm2, message, proof)).toBe(true);
      const other = sm2Identity.signing.certificate;
      await expect(failing(driver.importCertificate(session, made.identityId, 'signing', other))).resolves.toFailWith(
        'ERR_TOKEN_CERTIFICATE_MISMATCH',
      );
      await driver.importCertificate(session, made.identityId, 'signing', ca.certify(signingKey, 'signing'));
      for (const layout of ['bare', 'whole'] as const) {
        const stranger = ca.deliver(ops.generateKeyPair({ kind: 'sm2' }).publicKey, layout);
        await expect(
          failing(driver.importEncryptionKeyPair(session, made.identityId, stranger.pair, null)),
        ).resolves.toFailWith('ERR_ENVELOPE_CONTENT_INVALID');
      }
      const delivered = ca.deliver(signingKey, 'whole');
      const certificate = ca.certify(delivered.publicKey, 'encryption');
      await driver.importEncryptionKeyPair(session, made.identityId, delivered.pair, certificate);
      const second = ca.deliver(signingKey);
      await expect(
        failing(driver.importEncryptionKeyPair(session, made.identityId, second.pair, null)),
      ).resolves.toFailWith('ERR_TOKEN_FULL');
      expect(await opens(session, made.identityId, certificate)).toBe(true);
      expect(await opens(session, gmContainer, sm2Identity.encryption?.certificate ?? new Uint8Array())).toBe(true);
      return made.identityId;
    });
    const identities = await driver.listIdentities(device);
    expect(identities.map((identity) => identity.id)).toEqual([gmContainer, id]);
    expect(
      identities.every(({ signingCertificate, encryptionCertificate }) => signingCertificate && encryptionCertificate),
    ).toBeTruthy();
  });

  it('reads files, and those that need a PIN in a session only', async () => {
    expect(await driver.listFiles(device)).toEqual([
      { name: 'seal', size: 3000, needsPin: false },
      { name: 'secret', size: 1, needsPin: true },
    ]);
    expect(await driver.readFile(device, 'seal', null)).toEqual(picture);
    await expect(failing(driver.readFile(device, 'secret', null))).resolves.toFailWith('ERR_TOKEN_SESSION_CLOSED');
    expect(await unlocked((session) => driver.readFile(device, 'secret', session))).toEqual(utf8Encode('x'));
    await expect(failing(driver.readFile(device, 'none', null))).resolves.toFailWith('ERR_TOKEN_FILE_NOT_FOUND');
  });
});

describe("a GM/T 0017 card's PIN", () => {
  const wrong = () => failing(driver.openSession(device, pinOf('000000')));

  it('counts wrong tries, locks, and is unblocked by the administrator', async () => {
    expect(await driver.pinStatus(device)).toMatchObject({
      retriesLeft: 6,
      retriesMax: 6,
      low: false,
      isDefault: false,
    });
    for (let left = 5; left > 0; left -= 1) expect(await wrong()).toMatchObject({ params: { retriesLeft: left } });
    expect(await driver.pinStatus(device)).toMatchObject({ retriesLeft: 1, low: true, locked: false });
    await expect(wrong()).resolves.toFailWith('ERR_TOKEN_PIN_LOCKED');
    await expect(failing(driver.openSession(device, pinOf(gmPin)))).resolves.toFailWith('ERR_TOKEN_PIN_LOCKED');
    expect(await driver.pinStatus(device)).toMatchObject({ retriesLeft: 0, locked: true, low: false });
    await driver.unblockPin(device, pinOf(gmAdminPin), pinOf('654321'));
    expect(await driver.pinStatus(device)).toMatchObject({ retriesLeft: 6 });
    expect(await unlocked(async () => 'open', '654321')).toBe('open');
    await expect(failing(driver.openSession(device, pinOf(gmPin)))).resolves.toFailWith('ERR_TOKEN_PIN_INCORRECT');
  });

  it('is changed with one try, which counts', async () => {
    const session = await driver.openSession(device, pinOf(gmPin));
    const pins = [pinOf('000000'), pinOf('888888')] as const;
    await expect(failing(driver.changePin(device, ...pins))).resolves.toFailWith('ERR_TOKEN_PIN_INCORRECT');
    expect(pins.flatMap((pin) => [...pin]).every((byte) => byte === 0)).toBe(true);
    expect(await driver.pinStatus(device)).toMatchObject({ retriesLeft: 5 });
    const input = { kind: 'message', bytes: message } as const;
    await expect(failing(driver.sign(session, gmContainer, sm2, input))).resolves.toFailWith(
      'ERR_TOKEN_SESSION_CLOSED',
    );
    await driver.changePin(device, pinOf(gmPin), pinOf('888888'));
    expect(await unlocked(async () => 'open', '888888')).toBe('open');
  });

  it('is never on the wire, and its proof is good once', async () => {
    const seen: Uint8Array[] = [];
    card.interference = (command, answer) => {
      seen.push(command);
      return answer(command);
    };
    await unlocked(async () => 'open');
    await driver.changePin(device, pinOf(gmPin), pinOf('888888'));
    const sent = seen.map((command) => Buffer.from(command).toString('latin1')).join('|');
    expect(sent).not.toContain(gmPin);
    expect(sent).not.toContain('888888');
    const proof = seen.find((command) => command[1] === 0x18);
    expect([...card.answer(proof ?? new Uint8Array())]).toEqual([0x69, 0x85]);
  });

  it('of the factory is told', async () => {
    readers.remove();
    await insert(newGmCard({ serialNumber: 'GM-0002', pin: '12345678' }));
    expect(await driver.pinStatus(device)).toMatchObject({ isDefault: true });
  });
});

async function opens(session: SessionId, identityId: string, certificate: Uint8Array): Promise<boolean> {
  const contentKey = ops.random(16);
  const encryptedKey = ops.sm2.encrypt(parseCertificate(certificate).publicKey, contentKey, 'asn1');
  const iv = ops.random(16);
  const ciphertext = ciphers.encrypt('sm4-cbc', contentKey, iv, message);
  const content = { encryptedKey, cipher: 'sm4-cbc', iv, ciphertext, last: true } as const;
  const plain = await driver.decryptContent(session, { identityId, certificate }, { kind: 'sm2' }, content);
  return Buffer.from(plain).equals(Buffer.from(message));
}
