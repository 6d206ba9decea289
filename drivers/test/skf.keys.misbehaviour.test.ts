import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { utf8Encode } from '@onelock/core/bytes';
import { parsePublicKey, sm2DefaultUserId } from '@onelock/core/crypto';
import { createNodeCiphers, createNodeCrypto } from '@onelock/core/crypto/node';
import { parseCertificate } from '@onelock/core/x509';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { requireReal } from '../../tools/src/test-setup/require-real.ts';
import { type HostedDriver, type HostedDriverOptions, startHostedDriver } from '../src/host/index.ts';
import type { DeviceId, SessionId } from '../src/port/index.ts';
import { CaSide } from './ca-side.ts';
import { pinOf } from './driver-suite.ts';
import type { LibraryFile } from './native-library.ts';
import { until } from './processes.ts';
import { buildSkfLibrary, skfAdminPin, skfCompiler, skfParts, skfPin, writeSkfToken } from './skf-library.ts';
import { newSkfFolder, skfConfig } from './skf-under-test.ts';
import { sm2Identity } from './test-keys.ts';

const ops = createNodeCrypto();
const ciphers = createNodeCiphers(ops);
const ca = new CaSide(ops);
const sm2 = { kind: 'sm2' } as const;
const sm2Sign = { kind: 'sm2-sm3', userId: sm2DefaultUserId } as const;
const message = { kind: 'message', bytes: utf8Encode('投标文件') } as const;
const device = 'SKF-0001/SJKJ' as DeviceId;
const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error) => error);
const encryptionCertificate = sm2Identity.encryption?.certificate ?? new Uint8Array();
const encryptionKey = parseCertificate(encryptionCertificate).publicKey;
const signingKey = parseCertificate(sm2Identity.signing.certificate).publicKey;
const decryptionKey = { identityId: sm2Identity.id, certificate: null } as const;

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

requireReal(skfParts, skfCompiler())('an SKF library that fails in the middle of', (compiler) => {
  let built: LibraryFile;
  beforeAll(() => {
    built = buildSkfLibrary(compiler);
  });
  afterAll(() => built.remove());

  async function start(options: HostedDriverOptions = {}) {
    const { folder, remove } = newSkfFolder();
    endings.push(remove);
    const place = writeSkfToken(folder);
    writeFileSync(path.join(place, 'SJKJ/seal.esl'), ops.random(2000));
    const driver = await startHostedDriver(skfConfig(built.library, folder), options);
    endings.push(() => driver.close());
    const order = (fault: string) => writeFileSync(path.join(folder, 'faults'), fault);
    return { driver, folder, place, order };
  }

  const open = (driver: HostedDriver) => driver.openSession(device, pinOf(skfPin));
  const acts: Readonly<Record<string, (driver: HostedDriver, session: SessionId) => Promise<unknown>>> = {
    SKF_ECCPrvKeyDecrypt: (driver, session) =>
      driver.decrypt(session, decryptionKey, sm2, ciphers.encryptKey(encryptionKey, sm2, ops.random(16))),
    SKF_DecryptUpdate: (driver, session) =>
      driver.decryptContent(session, decryptionKey, sm2, {
        encryptedKey: ciphers.encryptKey(encryptionKey, sm2, ops.random(16)),
        ...{ cipher: 'sm4-cbc', iv: ops.random(16), ciphertext: ops.random(32), last: false },
      }),
    SKF_GenECCKeyPair: (driver, session) => driver.generateKeyPair(session, 'sm2', 'new'),
    SKF_ImportCertificate: (driver, session) =>
      driver.importCertificate(session, sm2Identity.id, 'signing', ca.certify(signingKey, 'signing')),
    SKF_ChangePIN: (driver) => driver.changePin(device, pinOf(skfPin), pinOf('24681357')),
    SKF_UnblockPIN: (driver) => driver.unblockPin(device, pinOf(skfAdminPin), pinOf('24681357')),
    SKF_ReadFile: (driver) => driver.readFile(device, 'seal.esl', null),
  };

  it('whatever it does, the key being pulled out, says that it is gone', async () => {
    const { driver, folder, place, order } = await start();
    for (const [name, act] of Object.entries(acts)) {
      const session = await open(driver);
      order(`unplug ${name}`);
      expect(await failure(act(driver, session)), name).toMatchObject({ code: 'ERR_TOKEN_REMOVED' });
      renameSync(path.join(folder, `.${path.basename(place)}.out`), place);
      await until(async () => (await driver.listDevices()).length === 1);
    }
    const session = await open(driver);
    expect(await driver.sign(session, sm2Identity.id, sm2Sign, message)).toBeInstanceOf(Uint8Array);
    expect((await driver.listIdentities(device)).map(({ id }) => id)).toHaveLength(2);
    expect(driver.status().generation).toBe(1);
  });

  it('anything that needs a key costs that one call when it crashes, and what is on the key stays', async () => {
    const { driver, order } = await start();
    const before = await driver.listIdentities(device);
    for (const name of ['SKF_ECCPrvKeyDecrypt', 'SKF_GenECCKeyPair']) {
      const session = await open(driver);
      order(`crash ${name}`);
      const act = acts[name];
      if (act === undefined) throw new Error(name);
      await expect(failure(act(driver, session))).resolves.toFailWith('ERR_DRIVER_CRASHED');
      await until(async () => !((await failure(driver.listDevices())) instanceof Error));
      expect(await driver.listIdentities(device)).toEqual(before);
    }
    const session = await open(driver);
    expect(await acts.SKF_ECCPrvKeyDecrypt?.(driver, session)).toHaveLength(16);
  });

  it('an import that hangs is ended in time, and the same delivery is taken afterwards', async () => {
    const { driver, order } = await start({ timeouts: { importEncryptionKeyPairMs: 4000 } });
    const session = await open(driver);
    const { identityId, publicKey } = await driver.generateKeyPair(session, 'sm2', 'renewed');
    const { pair, publicKey: delivered } = ca.deliver(parsePublicKey(publicKey));
    order('hang SKF_ImportECCKeyPair');
    await expect(failure(driver.importEncryptionKeyPair(session, identityId, pair, null))).resolves.toFailWith(
      'ERR_DRIVER_TIMEOUT',
    );
    await until(async () => !((await failure(driver.listDevices())) instanceof Error));
    const fresh = await open(driver);
    const certificate = ca.certify(delivered, 'encryption');
    await driver.importEncryptionKeyPair(fresh, identityId, pair, certificate);
    const secret = ops.random(16);
    const ciphertext = ciphers.encryptKey(delivered, sm2, secret);
    expect(await driver.decrypt(fresh, { identityId, certificate }, sm2, ciphertext)).toEqual(secret);
  });
});
