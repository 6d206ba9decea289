import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { utf8Encode } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { DeviceId, TokenDriver } from '../src/port/index.ts';
import { createSoftDriver, createSoftToken } from '../src/soft/index.ts';
import { parseTokenFile } from '../src/soft/token-file.ts';
import { currentStay, loadToken, replaceToken } from '../src/soft/token-store.ts';
import { pinOf } from './driver-suite.ts';
import { newTokenFolder, writeTestToken } from './soft-under-test.ts';
import { rsaIdentity, sm2Identity, weakRsaPair } from './test-keys.ts';

const demo = 'demo' as DeviceId;
const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function start(): Promise<{ folder: string; file: string; driver: TokenDriver }> {
  const { folder, remove } = newTokenFolder();
  endings.push(remove);
  const file = await writeTestToken(folder);
  const driver = await createSoftDriver({ id: 'soft', family: 'soft', folder });
  endings.push(() => driver.close());
  return { folder, file, driver };
}

const rsa = { kind: 'rsa-pkcs1v15', digest: 'sha256' } as const;
const input = { kind: 'message', bytes: utf8Encode('bid') } as const;

describe('a folder with bad files in it', () => {
  it('shows the good token and nothing else', async () => {
    const { folder, file, driver } = await start();
    const at = (name: string): string => path.join(folder, name);
    writeFileSync(at('empty.softtoken'), '');
    writeFileSync(at('half.softtoken'), readFileSync(file, 'utf8').slice(0, 500));
    writeFileSync(at('huge.softtoken'), Buffer.alloc(2_000_000, 0x20));
    writeFileSync(at('binary.softtoken'), Buffer.from([0xff, 0xfe, 0x00, 0x80]));
    writeFileSync(at(`${'n'.repeat(100)}.softtoken`), readFileSync(file));
    writeFileSync(at('.softtoken'), readFileSync(file));
    mkdirSync(at('folder.softtoken'));
    symlinkSync(file, at('link.softtoken'));
    execFileSync('mkfifo', [at('pipe.softtoken')]);
    expect((await driver.listDevices()).map(({ id }) => id)).toEqual(['demo']);
  });

  it('shows a second token as a second device, and Chinese file names as they are', async () => {
    const { folder, file, driver } = await start();
    cpSync(file, path.join(folder, '贵州某公司.softtoken'));
    expect((await driver.listDevices()).map(({ id }) => id).sort()).toEqual(['demo', '贵州某公司']);
  });

  it('loses what a killed write left behind, once it is old', async () => {
    const { folder, file } = await start();
    const [old, young] = ['.demo.softtoken.1.tmp', '.demo.softtoken.2.tmp'].map((name) => path.join(folder, name));
    if (old === undefined || young === undefined) throw new Error('no names');
    for (const leftover of [old, young]) cpSync(file, leftover);
    const longAgo = new Date(Date.now() - 120_000);
    utimesSync(old, longAgo, longAgo);
    const driver = await createSoftDriver({ id: 'soft', family: 'soft', folder });
    await driver.close();
    expect([existsSync(old), existsSync(young), existsSync(file)]).toEqual([false, true, true]);
  });

  it('has no tokens when it is taken away as a whole', async () => {
    const { folder, driver } = await start();
    rmSync(folder, { recursive: true });
    expect(await driver.listDevices()).toEqual([]);
    mkdirSync(folder);
    expect(await driver.listDevices()).toEqual([]);
  });
});

describe('a token file that was tampered with', () => {
  const alter = (file: string, change: (token: ReturnType<typeof JSON.parse>) => void): void => {
    const token = JSON.parse(readFileSync(file, 'utf8'));
    change(token);
    writeFileSync(file, JSON.stringify(token));
  };

  it("refuses another certificate in a key's place", async () => {
    const { file, driver } = await start();
    alter(file, (token) => {
      token.identities[0].signing.certificate = token.identities[1].signing.certificate;
    });
    const session = await driver.openSession(demo, pinOf('123456'));
    await expect(driver.sign(session, 'a1', rsa, input).catch((error) => error)).resolves.toFailWith(
      'ERR_TOKEN_DATA_CORRUPT',
    );
  });

  it('refuses a changed key', async () => {
    const { file, driver } = await start();
    alter(file, (token) => {
      const { key } = token.identities[0].signing;
      key.ciphertext = `${key.ciphertext[0] === 'A' ? 'B' : 'A'}${key.ciphertext.slice(1)}`;
    });
    const session = await driver.openSession(demo, pinOf('123456'));
    await expect(driver.sign(session, 'a1', rsa, input).catch((error) => error)).resolves.toFailWith(
      'ERR_TOKEN_DATA_CORRUPT',
    );
  });

  it('cannot ask for the memory of the machine', async () => {
    const { file, driver } = await start();
    alter(file, (token) => {
      token.kdf.cost = 2 ** 30;
    });
    expect(await driver.listDevices()).toEqual([]);
  });

  it('parses or is refused with a code, whatever the change', async () => {
    const { file } = await start();
    const text = readFileSync(file, 'utf8');
    const verdict = (candidate: string): boolean => {
      try {
        parseTokenFile(candidate);
        return true;
      } catch (error) {
        return isCodedError(error) && error.code === 'ERR_TOKEN_DATA_CORRUPT';
      }
    };
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 4 }), fc.nat(8), (at, put, cut) =>
        verdict(text.slice(0, at) + put + text.slice(at + cut)),
      ),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => verdict(JSON.stringify(value))),
      { numRuns: 200 },
    );
  });
});

describe('replacing a token file', () => {
  it('does not bring back a token that was pulled out meanwhile', async () => {
    const { file } = await start();
    const { token, stay } = loadToken(file);
    execFileSync('mv', [file, `${file}.out`]);
    expect(() => replaceToken(file, stay, token)).toFailWith('ERR_TOKEN_REMOVED');
    expect(currentStay(file)).toBe(null);
  });

  it('does not overwrite another token that took its place', async () => {
    const { folder, file } = await start();
    const { token, stay } = loadToken(file);
    rmSync(file);
    await createSoftToken({
      file,
      label: 'other',
      serialNumber: 'OTHER',
      pin: '654321',
      identities: [{ ...rsaIdentity }],
    });
    expect(() => replaceToken(file, stay, token)).toFailWith('ERR_TOKEN_REMOVED');
    expect(loadToken(path.join(folder, 'demo.softtoken')).token.serialNumber).toBe('OTHER');
  });
});

describe('createSoftToken', () => {
  const refuse = async (changes: object): Promise<unknown> => {
    const { folder, remove } = newTokenFolder();
    endings.push(remove);
    return writeTestToken(folder, changes).catch((error) => error);
  };

  it('refuses a key that is not the certificate’s, and one that is too short', async () => {
    const mixed = { ...rsaIdentity, signing: { ...rsaIdentity.signing, pkcs8: sm2Identity.signing.pkcs8 } };
    expect(await refuse({ identities: [mixed] })).toFailWith('ERR_CRYPTO_KEY_INVALID');
    const swapped = { ...sm2Identity, signing: { ...sm2Identity.signing, pkcs8: sm2Identity.encryption?.pkcs8 } };
    expect(await refuse({ identities: [swapped] })).toFailWith('ERR_CRYPTO_KEY_INVALID');
    expect(await refuse({ identities: [{ ...rsaIdentity, signing: weakRsaPair }] })).toFailWith(
      'ERR_CRYPTO_KEY_INVALID',
    );
  });

  it('refuses a PIN, a name or a number out of bounds', async () => {
    expect(await refuse({ pin: '12345' })).toFailWith('ERR_TOKEN_PIN_LENGTH');
    expect(await refuse({ pin: '1'.repeat(33) })).toFailWith('ERR_TOKEN_PIN_LENGTH');
    expect(await refuse({ file: '/tmp/demo.txt' })).toFailWith('ERR_REQUEST_INVALID');
    expect(await refuse({ serialNumber: 'not a serial!' })).toFailWith('ERR_REQUEST_INVALID');
    expect(await refuse({ pinRetries: 0 })).toFailWith('ERR_REQUEST_INVALID');
  });

  it('never overwrites a token', async () => {
    const { file } = await start();
    const before = readFileSync(file, 'utf8');
    const again = createSoftToken({ file, label: 'x', serialNumber: 'X', pin: '123456', identities: [] });
    await expect(again.catch((error) => error)).resolves.toFailWith('ERR_TOKEN_NATIVE_FAILURE');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});
