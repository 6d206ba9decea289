import { fromHex } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCommand } from './command.ts';
import { ApduChannel, type Transmit } from './exchange.ts';
import { demandTlv, readTlvs } from './tlv.ts';

const command = { cla: 0, ins: 0xcb, p1: 0, p2: 0, le: 'most' } as const;

function channelTo(answer: (count: number) => Uint8Array): { readonly channel: ApduChannel; sent(): number } {
  let count = 0;
  const transmit: Transmit = async () => {
    count += 1;
    return answer(count);
  };
  return { channel: new ApduChannel(transmit, { form: 'short', chaining: true }), sent: () => count };
}

const failing = (channel: ApduChannel) => channel.send('READ', command).catch((error) => error);

describe('a card that breaks the protocol', () => {
  it('with 61xx without end is left after a bounded number of commands', async () => {
    const endless = channelTo(() => fromHex('006101'));
    await expect(failing(endless.channel)).resolves.toFailWith('ERR_TOKEN_DATA_CORRUPT');
    expect(endless.sent()).toBeLessThan(400);
    const full = Uint8Array.from({ length: 258 }, (_, index) => (index === 256 ? 0x61 : 0));
    const large = channelTo(() => full);
    await expect(failing(large.channel)).resolves.toFailWith('ERR_TOKEN_DATA_CORRUPT');
    expect(large.sent()).toBeLessThan(400);
  });

  it('with 61xx and nothing to fetch, or 6Cxx twice, is left at once', async () => {
    const empty = channelTo(() => fromHex('6101'));
    await expect(failing(empty.channel)).resolves.toFailWith('ERR_TOKEN_DATA_CORRUPT');
    expect(empty.sent()).toBe(2);
    const undecided = channelTo(() => fromHex('6c10'));
    await expect(failing(undecided.channel)).resolves.toFailWith('ERR_TOKEN_DATA_CORRUPT');
    expect(undecided.sent()).toBe(2);
  });

  it('with an answer without status, or longer than was asked for, is not believed', async () => {
    for (const length of [0, 1, 259, 70_000])
      await expect(failing(channelTo(() => new Uint8Array(length)).channel), `${length}`).resolves.toFailWith(
        'ERR_TOKEN_DATA_CORRUPT',
      );
    const { channel } = channelTo(() => fromHex('01020304059000'));
    const short = channel.send('READ', { ...command, le: 4 }).catch((error) => error);
    await expect(short).resolves.toFailWith('ERR_TOKEN_DATA_CORRUPT');
  });

  it('never makes us say anything but a coded error, whatever it answers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 }), async (answers) => {
        const { channel, sent } = channelTo((count) => answers[count % answers.length] ?? new Uint8Array());
        const result = await failing(channel);
        expect(result instanceof CodedError || typeof result.sw === 'number').toBe(true);
        expect(sent()).toBeLessThan(400);
      }),
      { numRuns: 200 },
    );
  });
});

describe('garbage', () => {
  it('as data objects is refused by code or read within its bounds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          const total = readTlvs(bytes).reduce((sum, { value }) => sum + value.length, 0);
          expect(total).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toFailWith('ERR_TOKEN_DATA_CORRUPT');
        }
      }),
    );
    for (const hex of ['5303aabb', '53', '5380', '5384000000010a', '1fffffffff01', '7f', '5382ff'])
      expect(() => readTlvs(fromHex(hex)), hex).toFailWith('ERR_TOKEN_DATA_CORRUPT');
    expect(() => readTlvs(new Uint8Array(1024))).toFailWith('ERR_TOKEN_DATA_CORRUPT');
    expect(() => demandTlv(fromHex('5301aa'), 0x70)).toFailWith('ERR_TOKEN_DATA_CORRUPT');
  });

  it('as a command is refused or read within its bounds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const read = decodeCommand(bytes);
        expect(read === null || (read.command.data?.length ?? 0) <= bytes.length).toBe(true);
      }),
    );
  });
});
