import { fromHex, toHex } from '@onelock/core/bytes';
import { describe, expect, it } from 'vitest';
import { type CommandApdu, decodeCommand, encodeCommand } from './command.ts';
import { ApduChannel } from './exchange.ts';
import { cardFailure } from './status-words.ts';
import { encodeTlv, findTlv, readTlvs } from './tlv.ts';

const head = { cla: 0x00, ins: 0xcb, p1: 0x3f, p2: 0xff };
const bytes = (length: number) => Uint8Array.from({ length }, (_, index) => index & 0xff);

describe('a command', () => {
  it.each([
    ['case 1', head, 'short', '00cb3fff'],
    ['case 2', { ...head, le: 8 }, 'short', '00cb3fff08'],
    ['case 2, 256 bytes', { ...head, le: 256 }, 'short', '00cb3fff00'],
    ['case 3', { ...head, data: fromHex('0102') }, 'short', '00cb3fff020102'],
    ['case 4', { ...head, data: fromHex('0102'), le: 'most' }, 'short', '00cb3fff02010200'],
    ['case 2, extended', { ...head, le: 300 }, 'extended', '00cb3fff00012c'],
    ['case 3, extended', { ...head, data: fromHex('0102') }, 'extended', '00cb3fff0000020102'],
    ['case 4, extended', { ...head, data: fromHex('0102'), le: 65_536 }, 'extended', '00cb3fff00000201020000'],
  ] as const)('is written as ISO/IEC 7816-4 says: %s', (_, command, form, hex) => {
    expect(toHex(encodeCommand(command, form))).toBe(hex);
    const le = 'le' in command ? { le: command.le === 'most' ? 256 : command.le } : {};
    expect(decodeCommand(fromHex(hex))?.command).toEqual({ ...command, ...le });
  });

  it('is not written when it does not fit, and not read when its lengths contradict each other', () => {
    expect(() => encodeCommand({ ...head, data: bytes(256) }, 'short')).toFailWith('ERR_DRIVER_LIMIT_EXCEEDED');
    expect(() => encodeCommand({ ...head, le: 257 }, 'short')).toFailWith('ERR_DRIVER_LIMIT_EXCEEDED');
    expect(() => encodeCommand({ ...head, data: bytes(65_536) }, 'extended')).toFailWith('ERR_DRIVER_LIMIT_EXCEEDED');
    for (const hex of [
      '00cb3f',
      '00cb3fff0501',
      '00cb3fff01010203',
      '00cb3fff0000',
      '00cb3fff000005aa',
      '00cb3fff00000000',
    ])
      expect(decodeCommand(fromHex(hex)), hex).toBeNull();
  });
});

/** A card that answers from a list, and what it was sent. */
function scripted(...answers: readonly string[]) {
  const sent: string[] = [];
  const left = [...answers];
  const channel = new ApduChannel(
    async (command) => {
      sent.push(toHex(command));
      return fromHex(left.shift() ?? '6f00');
    },
    { form: 'short', chaining: true },
  );
  return { channel, sent };
}

describe('an exchange', () => {
  const command: CommandApdu = { ...head, le: 'most' };

  it('fetches what the card still holds', async () => {
    const { channel, sent } = scripted('01026102', '03046101', '059000');
    const answer = await channel.send('READ', command);
    expect(toHex(answer.data)).toBe('0102030405');
    expect(answer.sw).toBe(0x9000);
    expect(sent).toEqual(['00cb3fff00', '00c0000002', '00c0000001']);
  });

  it('asks again once with the length that the card names', async () => {
    const { channel, sent } = scripted('6c02', '01029000');
    expect(toHex(await channel.demand('READ', command))).toBe('0102');
    expect(sent).toEqual(['00cb3fff00', '00cb3fff02']);
  });

  it('chains what is too long for one command', async () => {
    const { channel, sent } = scripted('9000', '9000', 'aa9000');
    const data = bytes(600);
    expect(toHex(await channel.demand('SIGN', { ...command, data }))).toBe('aa');
    expect(sent.map((one) => one.slice(0, 10))).toEqual(['10cb3fffff', '10cb3fffff', '00cb3fff5a']);
    expect(sent.map((one) => one.slice(10).length / 2)).toEqual([255, 255, 91]);
  });

  it('ends a chain that fits exactly with a full last link', async () => {
    const { channel, sent } = scripted('9000', '9000');
    await channel.demand('SIGN', { ...head, data: bytes(510) });
    expect(sent.map((one) => one.slice(0, 10))).toEqual(['10cb3fffff', '00cb3fffff']);
  });

  it('ends a chain at the first link that is refused', async () => {
    const { channel, sent } = scripted('6884');
    expect((await channel.send('SIGN', { ...command, data: bytes(600) })).sw).toBe(0x6884);
    expect(sent).toHaveLength(1);
  });
});

describe('a status word', () => {
  it.each([
    [0x63c2, 'ERR_TOKEN_PIN_INCORRECT', { retriesLeft: 2 }],
    [0x63c0, 'ERR_TOKEN_PIN_LOCKED', {}],
    [0x6983, 'ERR_TOKEN_PIN_LOCKED', {}],
    [0x6982, 'ERR_TOKEN_SESSION_CLOSED', {}],
    [0x6a84, 'ERR_TOKEN_FULL', {}],
    [0x6d00, 'ERR_CALL_UNSUPPORTED', { call: 'VERIFY' }],
    [0x6f00, 'ERR_TOKEN_NATIVE_FAILURE', { api: 'VERIFY', name: 'SW 6F00' }],
  ] as const)('%i is told in our words, its own ride along', (sw, code, params) => {
    const failure = cardFailure('VERIFY', sw);
    expect(failure).toMatchObject({ code, params, native: { api: 'VERIFY', value: sw } });
  });

  it('means what its application says before what the standard says', () => {
    expect(cardFailure('SIGN', 0x6a88, { codes: { 27272: 'ERR_TOKEN_NOT_FOUND' } }).code).toBe('ERR_TOKEN_NOT_FOUND');
    expect(cardFailure('SIGN', 0x6a81, { algorithm: 'rsa' })).toMatchObject({
      code: 'ERR_TOKEN_ALGORITHM_UNSUPPORTED',
      params: { algorithm: 'rsa' },
    });
  });
});

describe('data objects', () => {
  it('are read and written with tags and lengths of several bytes', () => {
    const value = bytes(300);
    const encoded = encodeTlv(0x7f49, encodeTlv(0x86, value), encodeTlv(0x81, Uint8Array.of(1)));
    expect(toHex(encoded).slice(0, 10)).toBe('7f49820133');
    const inner = findTlv(encoded, 0x7f49) ?? new Uint8Array();
    expect(readTlvs(inner).map(({ tag }) => tag)).toEqual([0x86, 0x81]);
    expect(findTlv(inner, 0x86)).toEqual(value);
    expect(findTlv(inner, 0x99)).toBeUndefined();
  });
});
