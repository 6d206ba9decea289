import { fromHex } from '@onelock/core/bytes';
import { errorRegistry } from '@onelock/core/errors';
import { describe, expect, it } from 'vitest';
import { layoutOf, type SkfAbi, type StructName } from './abi.ts';
import { abiOfLength, decodeDeviceInfo } from './device-info.ts';
import { codedFailure } from './errors.ts';
import { loadKoffi } from './load-koffi.ts';
import { decodeField, parseNameList } from './names.ts';
import { PinMemory } from './pin.ts';
import { returnValueName, returnValueNames, returnValueWords } from './return-values.ts';
import { decodeSignatureBlob } from './signature-blob.ts';

const pack1: SkfAbi = { packing: 'pack1', ulongBytes: 4 };
const natural: SkfAbi = { packing: 'natural', ulongBytes: 4 };

describe('structures of SKF', () => {
  it.each<[StructName, number, number]>([
    ['DEVINFO', 294, 296],
    ['RSAPUBLICKEYBLOB', 268, 268],
    ['RSAPRIVATEKEYBLOB', 1164, 1164],
    ['ECCPUBLICKEYBLOB', 132, 132],
    ['ECCPRIVATEKEYBLOB', 68, 68],
    ['ECCCIPHERBLOB', 165, 168],
    ['ECCSIGNATUREBLOB', 128, 128],
    ['BLOCKCIPHERPARAM', 44, 44],
    ['ENVELOPEDKEYBLOB', 373, 376],
    ['FILEATTRIBUTE', 44, 44],
  ])('%s has %d bytes packed and %d by itself', (name, packed, natural4) => {
    expect(layoutOf(name, pack1).size).toBe(packed);
    expect(layoutOf(name, natural).size).toBe(natural4);
  });

  it('have their fields where compilers put them', () => {
    expect(layoutOf('DEVINFO', pack1).offsets.AlgSymCap).toBe(198);
    expect(layoutOf('DEVINFO', natural).offsets.AlgSymCap).toBe(200);
    expect(layoutOf('ENVELOPEDKEYBLOB', pack1).offsets).toMatchObject({
      cbEncryptedPriKey: 12,
      PubKey: 76,
      ECCCipherBlob: 208,
    });
    expect(layoutOf('DEVINFO', { packing: 'natural', ulongBytes: 8 })).toMatchObject({ size: 328, alignment: 8 });
    expect(layoutOf('BLOCKCIPHERPARAM', { packing: 'pack1', ulongBytes: 8 }).size).toBe(56);
  });

  it('tell by the bytes that a library writes how it was compiled', () => {
    expect([294, 230].map(abiOfLength)).toEqual([pack1, pack1]);
    expect([296, 232].map(abiOfLength)).toEqual([natural, natural]);
    expect(abiOfLength(326)).toEqual({ packing: 'pack1', ulongBytes: 8 });
    expect(abiOfLength(264)).toEqual({ packing: 'natural', ulongBytes: 8 });
    expect(abiOfLength(300)).toBeUndefined();
  });

  it('are read whatever text a vendor filled in', () => {
    const bytes = Buffer.alloc(294, 0x20);
    bytes.write('密钥\0garbage', 130, 'utf8');
    expect(decodeDeviceInfo(bytes, pack1)).toMatchObject({ label: '密钥', serialNumber: '', manufacturer: '' });
  });
});

describe('names of SKF', () => {
  const list = (text: string): Uint8Array => Buffer.from(text, 'latin1');

  it('are split at NUL, up to the empty one', () => {
    expect(parseNameList(list('one\0two\0\0rest\0\0')).map(({ text }) => text)).toEqual(['one', 'two']);
    expect(parseNameList(list('\0'))).toEqual([]);
    expect(parseNameList(list(''))).toEqual([]);
    expect(parseNameList(list('no end')).map(({ text }) => text)).toEqual(['no end']);
  });

  it('are read as UTF-8, else as GBK, and go back as they came', () => {
    const gbk = fromHex('d6a4cae9');
    const [name] = parseNameList(Buffer.concat([gbk, Buffer.from('\0\0')]));
    expect(name?.text).toBe('证书');
    expect([...(name?.bytes ?? [])]).toEqual([...gbk]);
    expect(parseNameList(Buffer.from('证书\0\0', 'utf8'))[0]?.text).toBe('证书');
  });

  it('keep no control characters', () => {
    expect(decodeField(list('A\nB  '))).toBe('A B');
  });
});

describe('r and s in ECCSIGNATUREBLOB', () => {
  const value = (first: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, index) => first + index);
  const field = (alignment: 'left' | 'right', bytes: Uint8Array): Uint8Array => {
    const whole = new Uint8Array(64);
    whole.set(bytes, alignment === 'left' ? 0 : 32);
    return whole;
  };

  it.each(['left', 'right'] as const)('are found at the %s, by order or by looking', (alignment) => {
    const blob = Buffer.concat([field(alignment, value(1)), field(alignment, value(9))]);
    const raw = Buffer.concat([value(1), value(9)]);
    expect(Buffer.from(decodeSignatureBlob(blob, 'auto') ?? [])).toEqual(raw);
    expect(Buffer.from(decodeSignatureBlob(blob, alignment) ?? [])).toEqual(raw);
    expect(decodeSignatureBlob(blob, alignment === 'left' ? 'right' : 'left')).toBeNull();
  });

  it('are no signature when they fill more than half', () => {
    expect(decodeSignatureBlob(new Uint8Array(128).fill(1), 'auto')).toBeNull();
  });
});

describe('SAR_* codes', () => {
  it('are all known by number, name and Chinese word, from SAR_OK to the additions of 2023', () => {
    expect(returnValueNames.size).toBe(60);
    expect(new Set(returnValueNames.values()).size).toBe(60);
    for (let value = 0x0a00_0001; value <= 0x0a00_003b; value += 1) {
      expect(returnValueNames.get(value), value.toString(16)).toMatch(/^SAR_[A-Z_]+$/);
      expect(returnValueWords.get(value)?.length).toBeGreaterThan(1);
    }
    expect(returnValueName(0x0a00_0024)).toBe('SAR_PIN_INCORRECT');
    expect(returnValueName(0x0b00_0001)).toBe('SAR_0x0B000001');
  });

  it('each become one of our codes with the parameters it needs, and ride along', () => {
    for (const [value, name] of returnValueNames) {
      const error = codedFailure('SKF_ECCSignData', value);
      expect(Object.keys(error.params).sort(), name).toEqual([...errorRegistry[error.code].params].sort());
      expect(error.native).toEqual({ api: 'SKF_ECCSignData', name, value });
    }
  });

  it.each([
    ['SKF_VerifyPIN', 0x0a00_0024, 'ERR_TOKEN_PIN_INCORRECT'],
    ['SKF_VerifyPIN', 0x0a00_0025, 'ERR_TOKEN_PIN_LOCKED'],
    ['SKF_VerifyPIN', 0x0a00_0033, 'ERR_TOKEN_PIN_LOCKED'],
    ['SKF_ECCSignData', 0x0a00_0033, 'ERR_TOKEN_NATIVE_FAILURE'],
    ['SKF_ECCSignData', 0x0a00_0023, 'ERR_TOKEN_REMOVED'],
    ['SKF_ECCSignData', 0x0a00_002d, 'ERR_TOKEN_SESSION_CLOSED'],
    ['SKF_ECCSignData', 0x0b00_0035, 'ERR_TOKEN_NATIVE_FAILURE'],
  ] as const)('%s that says %x fails with %s', (api, value, code) => {
    expect(codedFailure(api, value)).toFailWith(code);
  });
});

describe('tries of a PIN', () => {
  it('are never more than we have seen spent, and the library is believed again after a right one', () => {
    const memory = new PinMemory();
    expect(memory.cautious('a', 8)).toBe(8);
    expect(memory.noteWrong('a', 8, 99)).toBe(7);
    expect(memory.noteWrong('a', memory.cautious('a', 8), 8)).toBe(6);
    expect(memory.cautious('a', 8)).toBe(6);
    expect(memory.cautious('a', 3)).toBe(3);
    expect(memory.cautious('b', 8)).toBe(8);
    memory.forget('a');
    expect(memory.cautious('a', 8)).toBe(8);
  });
});

describe('the binding koffi', () => {
  it('is named when it is absent', () => {
    expect(() => loadKoffi('key', 'file:///nowhere/x.js')).toFailWith('ERR_DRIVER_NOT_INSTALLED');
  });
});
