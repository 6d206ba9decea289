import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isCodedError } from '@onelock/core/errors';
import { describe, expect, it } from 'vitest';
import { namedDatabase, readConfig, unknownVariables } from './config.ts';
import { configKeys } from './config-keys.ts';
import { isLoopback } from './loopback.ts';

const failure = (environment: Record<string, string>): unknown => {
  try {
    return readConfig(environment);
  } catch (error) {
    return isCodedError(error) ? { code: error.code, ...error.params } : error;
  }
};

describe('the configuration', () => {
  it('has a default for every key and listens on loopback', () => {
    const config = readConfig({});
    expect(Object.keys(config).sort()).toEqual(Object.keys(configKeys).sort());
    expect(isLoopback(config.host)).toBe(true);
  });

  it('reads a file with the byte order mark of an editor, and names one in another encoding', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'onelock-config-'));
    try {
      const file = path.join(folder, 'service.json');
      writeFileSync(file, '\ufeff{ "port": 18999 }');
      expect(readConfig({ ONELOCK_SERVICE_CONFIG_FILE: file }).port).toBe(18_999);
      writeFileSync(file, Buffer.from('7b22c4e3223a317d', 'hex'));
      expect(failure({ ONELOCK_SERVICE_CONFIG_FILE: file })).toMatchObject({ rule: 'a readable file in UTF-8' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('documents every key in both languages', () => {
    for (const row of Object.values(configKeys)) {
      expect(row.zh).toMatch(/[\u4e00-\u9fff]/);
      expect(row.en).toMatch(/[a-z]/);
    }
  });

  it.each([
    ['ONELOCK_SERVICE_PORT', '70000', '0 … 65535'],
    ['ONELOCK_SERVICE_PORT', '1e3', '0 … 65535'],
    ['ONELOCK_SERVICE_PORT', '', '0 … 65535'],
    ['ONELOCK_SERVICE_LOG_LEVEL', 'loud', 'trace | debug | info | warn | error | silent'],
    ['ONELOCK_SERVICE_CHALLENGE_LIFETIME_SECONDS', '301', '10 … 300'],
    ['ONELOCK_SERVICE_TRUSTED_PROXIES', 'proxy.example', 'IP address or CIDR, comma-separated'],
    ['ONELOCK_SERVICE_TRUSTED_PROXIES', '10.0.0.0/33', 'IP address or CIDR, comma-separated'],
    ['ONELOCK_MACHINE_OUTPUT', 'yes', '0 | 1'],
  ])('refuses %s=%s, naming the rule', (variable, value, rule) => {
    expect(failure({ [variable]: value })).toEqual({ code: 'ERR_SERVICE_CONFIG_INVALID', key: variable, rule });
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'service.example.cn'])(
    'refuses to listen on %s in plain HTTP without a stated proxy',
    (host) => {
      expect(failure({ ONELOCK_SERVICE_HOST: host })).toMatchObject({ key: 'ONELOCK_SERVICE_HOST' });
      expect(
        failure({ ONELOCK_SERVICE_HOST: host, ONELOCK_SERVICE_TRUSTED_PROXIES: '10.0.0.2, fd00::/8' }),
      ).toMatchObject({ host, trustedProxies: ['10.0.0.2', 'fd00::/8'] });
    },
  );

  it('has the password of PostgreSQL from a file, whoever names the address', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'onelock-config-'));
    const file = path.join(folder, 'password');
    writeFileSync(file, 'geheim\n');
    const url = 'postgres://onelock@db.internal/onelock';
    const config = readConfig({ ONELOCK_SERVICE_DATABASE_PASSWORD_FILE: file });
    expect(namedDatabase(config, url)).toEqual({ engine: 'postgres', url, password: 'geheim' });
    expect(namedDatabase(config, 'backup.db')).toEqual({ engine: 'sqlite', file: 'backup.db' });
    for (const told of ['postgres://onelock:geheim@db.internal/onelock', `${url}?password=geheim`]) {
      expect(failure({ ONELOCK_SERVICE_DATABASE_URL: told })).toMatchObject({ key: 'ONELOCK_SERVICE_DATABASE_URL' });
      expect(JSON.stringify(failure({ ONELOCK_SERVICE_DATABASE_URL: told }))).not.toContain('geheim');
      expect(() => namedDatabase(config, told)).toFailWith('ERR_CLI_USAGE');
    }
    rmSync(folder, { recursive: true });
  });

  it('wants certificate and key together', () => {
    expect(failure({ ONELOCK_SERVICE_TLS_KEY_FILE: 'key.pem' })).toMatchObject({ key: 'ONELOCK_SERVICE_TLS_KEY_FILE' });
  });

  it('reads a file, and lets a variable win over it', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'onelock-config-'));
    const file = path.join(folder, 'service.json');
    writeFileSync(file, JSON.stringify({ port: 1234, logLevel: 'warn', trustedProxies: ['10.0.0.1'] }));
    const environment = { ONELOCK_SERVICE_CONFIG_FILE: file };
    expect(readConfig({ ...environment, ONELOCK_SERVICE_PORT: '4321' })).toMatchObject({
      port: 4321,
      logLevel: 'warn',
      trustedProxies: ['10.0.0.1'],
    });
    writeFileSync(file, JSON.stringify({ prot: 1 }));
    expect(failure(environment)).toMatchObject({ rule: 'unknown key prot' });
    writeFileSync(file, '{');
    expect(failure(environment)).toMatchObject({ rule: 'a readable JSON file' });
    rmSync(folder, { recursive: true });
  });

  it('notices variables that look like its own', () => {
    expect(unknownVariables({ ONELOCK_SERVICE_PROT: '1', ONELOCK_SERVICE_PORT: '1', PATH: '' })).toEqual([
      'ONELOCK_SERVICE_PROT',
    ]);
  });

  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['localhost', true],
    ['10.0.0.1', false],
    ['0.0.0.0', false],
    ['example.cn', false],
  ])('knows whether %s is this machine', (address, own) => {
    expect(isLoopback(address)).toBe(own);
  });
});
