import { describe, expect, it } from 'vitest';
import { parseDriverConfig, parseDriverConfigs } from './driver-config.ts';
import { Turns } from './turns.ts';

describe('a driver configuration', () => {
  it.each([
    { id: 'soft', family: 'soft', folder: '/var/lib/onelock/tokens' },
    { id: 'soft', family: 'soft', folder: 'C:\\OneLock\\tokens', user: { uid: 5, gid: 6 } },
    {
      id: 'softhsm2',
      family: 'pkcs11',
      library: '/usr/lib/softhsm/libsofthsm2.so',
      environment: { SOFTHSM2_CONF: '/etc/softhsm2.conf' },
      user: 'same-as-parent',
    },
    {
      id: 'key',
      family: 'skf',
      library: 'C:\\Windows\\System32\\VendorSkf.dll',
      quirks: { packing: 'pack1', ulongBytes: 4, events: 'native', applications: ['SJKJ_APP'] },
    },
  ])('is accepted when it is complete: %j', (config) => {
    expect(parseDriverConfig(config)).toEqual(config);
  });

  it.each([
    [{ id: 'soft', family: 'cloud', folder: '/x/y' }, '/family'],
    [{ id: 'key', family: 'skf', library: 'skf.dll' }, '/library'],
    [{ id: 'key', family: 'skf', library: '/skf.so', quirks: { packing: 'pack4' } }, '/quirks/packing'],
    [{ id: 'key', family: 'skf', library: '/skf.so', quirks: { hurry: true } }, '/quirks/hurry'],
    [null, '/family'],
    [{ id: 'Soft!', family: 'soft', folder: '/x/y' }, '/id'],
    [{ id: 'soft', family: 'soft', folder: 'relative' }, '/folder'],
    [{ id: 'soft', family: 'soft', folder: '/x/y', pin: '123456' }, '/pin'],
    [{ id: 'a', family: 'pkcs11', library: 'lib.so' }, '/library'],
    [{ id: 'a', family: 'pkcs11', library: '/lib.so', environment: { 'not a name': '1' } }, '/environment/not a name'],
    [
      { id: 'a', family: 'pkcs11', library: '/lib.so', environment: { NODE_OPTIONS: '-r x' } },
      '/environment/NODE_OPTIONS',
    ],
    [{ id: 'soft', family: 'soft', folder: '/x/y', user: { uid: 0, gid: 0 } }, '/user/uid'],
  ])('is refused, naming the field, when it is wrong: %j', (config, field) => {
    expect(() => parseDriverConfig(config)).toFailWith('ERR_DRIVER_CONFIG_INVALID');
    try {
      parseDriverConfig(config);
    } catch (error) {
      expect(error).toMatchObject({ params: { field } });
    }
  });

  it.each(['LD_PRELOAD', 'LD_AUDIT', 'LD_LIBRARY_PATH', 'DYLD_INSERT_LIBRARIES', 'OPENSSL_CONF', 'GCONV_PATH', 'PATH'])(
    'sets no %s, which would put code into the host before it gives up root',
    (name) => {
      const config = { id: 'a', family: 'pkcs11', library: '/lib.so', environment: { [name]: '/tmp/x' } };
      expect(() => parseDriverConfig(config)).toFailWith('ERR_DRIVER_CONFIG_INVALID');
    },
  );

  it('is refused in a list that names one driver twice', () => {
    const soft = { id: 'soft', family: 'soft', folder: '/x/y' };
    expect(parseDriverConfigs([soft])).toEqual([soft]);
    expect(() => parseDriverConfigs([soft, soft])).toFailWith('ERR_DRIVER_CONFIG_INVALID');
    expect(() => parseDriverConfigs(soft)).toFailWith('ERR_DRIVER_CONFIG_INVALID');
  });
});

describe('turns', () => {
  const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

  it('run one act of a key after the other, and other keys beside', async () => {
    const turns = new Turns();
    const log: string[] = [];
    const act = (name: string, ms: number) => async () => {
      log.push(`${name}+`);
      await later(ms);
      log.push(`${name}-`);
    };
    await Promise.all([
      turns.run('a', 1000, act('a1', 60)),
      turns.run('a', 1000, act('a2', 1)),
      turns.run('b', 1000, act('b1', 1)),
    ]);
    expect(log).toEqual(['a1+', 'b1+', 'b1-', 'a1-', 'a2+', 'a2-']);
  });

  it('go on after a failure, and never run what waited too long', async () => {
    const turns = new Turns();
    const log: string[] = [];
    const gate = Promise.withResolvers<never>();
    const failing = turns.run('a', 60_000, () => gate.promise).catch((error: unknown) => error);
    const late = turns.run('a', 20, async () => log.push('late')).catch((error: unknown) => error);
    const patient = turns.run('a', 60_000, async () => log.push('patient'));
    expect(await late).toFailWith('ERR_TOKEN_BUSY');
    gate.reject(new Error('first'));
    expect(await failing).toEqual(new Error('first'));
    await patient;
    expect(log).toEqual(['patient']);
  });
});
