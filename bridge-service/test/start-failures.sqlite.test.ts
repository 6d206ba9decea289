import { spawn } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { isCodedError } from '@onelock/core/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import { startService } from '../src/main.ts';
import { openDatabase } from '../src/repositories/engine/open-database.ts';
import { openStore } from '../src/repositories/store.ts';
import { rememberSecrets, requireKeptSecrets } from '../src/secrets/kept-secrets.ts';
import { readOrMakeKey } from '../src/secrets/secret-file.ts';
import { newFolder } from './support/process.ts';

const ops = createNodeCrypto();
const random = (length: number): Uint8Array => ops.random(length);
let folder: string;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const failure = async (act: () => Promise<unknown>): Promise<unknown> => {
  const error = await act().then(
    () => 'nothing failed',
    (caught: unknown) => caught,
  );
  return isCodedError(error) ? { code: error.code, ...error.params } : error;
};

describe('a database file', () => {
  const file = (): string => path.join(folder, 'service.db');
  const open = () => failure(() => openDatabase({ engine: 'sqlite', file: file() }));

  it('that is none is named as damaged, not called a mistake of ours', async () => {
    writeFileSync(file(), 'this is not a database '.repeat(500));
    expect(await open()).toEqual({ code: 'ERR_SERVICE_DATABASE_DAMAGED', file: file() });
  });

  it('of which a part was written over is named as damaged, when it is opened or when that part is read', async () => {
    await (await openDatabase({ engine: 'sqlite', file: file() })).destroy();
    const { size } = statSync(file());
    const handle = openSync(file(), 'r+');
    writeFileSync(handle, Buffer.alloc(size - 4096, 0x5a));
    closeSync(handle);
    expect(await open()).toMatchObject({ code: 'ERR_SERVICE_DATABASE_DAMAGED' });
  });

  it('that is a folder, or in one that cannot be made, is the operator’s to put right', async () => {
    mkdirSync(file());
    expect(await open()).toMatchObject({ code: 'ERR_SERVICE_CONFIG_INVALID', key: file() });
    rmSync(file(), { recursive: true });
    writeFileSync(path.join(folder, 'a-file'), '');
    const within = path.join(folder, 'a-file', 'data', 'service.db');
    expect(await failure(() => openDatabase({ engine: 'sqlite', file: within }))).toMatchObject({
      code: 'ERR_SERVICE_CONFIG_INVALID',
      key: within,
    });
  });
});

describe('secrets', () => {
  it.skipIf(process.platform === 'win32')('that every user of the machine may read are refused', () => {
    readOrMakeKey(folder, 'some-key', random);
    chmodSync(path.join(folder, 'some-key'), 0o640);
    expect(() => readOrMakeKey(folder, 'some-key', random)).not.toThrow();
    chmodSync(path.join(folder, 'some-key'), 0o644);
    expect(() => readOrMakeKey(folder, 'some-key', random)).toFailWith('ERR_SERVICE_CONFIG_INVALID');
  });

  it('that are no keys are refused', () => {
    writeFileSync(path.join(folder, 'some-key'), 'x', { mode: 0o600 });
    expect(() => readOrMakeKey(folder, 'some-key', random)).toFailWith('ERR_SERVICE_CONFIG_INVALID');
  });

  it('that a database was used with are not made anew when they are lost', async () => {
    const store = await openStore({ engine: 'sqlite', file: path.join(folder, 'service.db') }, { ops });
    try {
      const secrets = path.join(folder, 'secrets');
      const ask = () => failure(() => requireKeptSecrets(secrets, { store, ops }));
      // Before the first start there is nothing to keep.
      expect(await ask()).toBe('nothing failed');
      for (const name of ['signing-key.pem', 'subject-key']) readOrMakeKey(secrets, name, random);
      await rememberSecrets(secrets, { store, ops });
      expect(await ask()).toBe('nothing failed');
      const lose = (name: string) => rmSync(path.join(secrets, name));
      // A signing key may be replaced, by one that is there.
      lose('signing-key.pem');
      expect(await ask()).toMatchObject({ key: path.join(secrets, 'signing-key.pem') });
      readOrMakeKey(secrets, 'signing-key.pem', random);
      expect(await ask()).toBe('nothing failed');
      lose('subject-key');
      expect(await ask()).toMatchObject({ key: path.join(secrets, 'subject-key') });
      readOrMakeKey(secrets, 'subject-key', random);
      expect(await ask()).toMatchObject({ key: path.join(secrets, 'subject-key') });
    } finally {
      await store.close();
    }
  });
});

describe('the HTTPS certificate', () => {
  it('and key are named when they are none', async () => {
    const file = path.join(folder, 'tls.pem');
    writeFileSync(file, 'hello');
    const config = readConfig({
      ONELOCK_SERVICE_DATA_DIR: folder,
      ONELOCK_SERVICE_LOG_LEVEL: 'silent',
      ONELOCK_SERVICE_TLS_CERTIFICATE_FILE: file,
      ONELOCK_SERVICE_TLS_KEY_FILE: file,
    });
    expect(await failure(() => startService(config, {}))).toMatchObject({
      code: 'ERR_SERVICE_CONFIG_INVALID',
      key: 'ONELOCK_SERVICE_TLS_CERTIFICATE_FILE',
    });
  });
});

describe('a log that cannot be written', () => {
  it.skipIf(process.platform !== 'linux')('does not stop the service', async () => {
    const full = openSync('/dev/full', 'w');
    const cli = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../src/cli.ts');
    const child = spawn(process.execPath, ['--conditions=onelock-source', cli, 'start'], {
      env: {
        ...process.env,
        ONELOCK_SERVICE_DATA_DIR: folder,
        ONELOCK_SERVICE_PORT: '0',
        ONELOCK_MACHINE_OUTPUT: '1',
        ONELOCK_SERVICE_OUTBOUND: '0',
      },
      stdio: ['ignore', 'pipe', full],
    });
    try {
      const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
      const url = await new Promise<string>((resolve, reject) => {
        createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
          const event = JSON.parse(line) as { event: string; url?: string };
          if (event.event === 'listening') resolve(event.url ?? '');
        });
        exited.then((status) => reject(new Error(`the service ended with ${status}`)));
      });
      // Each is a line of the log.
      for (let count = 0; count < 5; count += 1) expect((await fetch(`${url}/v1/cas`)).status).toBe(401);
      child.kill('SIGTERM');
      expect(await exited).toBe(0);
    } finally {
      child.kill('SIGKILL');
      closeSync(full);
    }
    expect(readdirSync(folder)).toContain('service.db');
  });
});
