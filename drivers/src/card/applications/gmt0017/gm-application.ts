import { fromHex } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import type { Gmt0017Quirks } from '../../../port/card-config.ts';
import type { ApduChannel } from '../../apdu/index.ts';
import type { CardApplication, CardApplicationKind } from '../card-application.ts';
import { parseDeviceInfo } from './device-info.ts';
import { GmCard } from './gm-card.ts';
import { GmChannel, readNames } from './gm-channel.ts';

/** Application and commands of GM/T 0017: extended lengths, no chaining. Of several applications the first wanted one. */
export function gmt0017Application(vendor: string, quirks: Gmt0017Quirks): CardApplicationKind {
  const wake = async (channel: ApduChannel): Promise<void> => {
    if (quirks.aid === undefined) return;
    await channel.demand('GM SELECT', { cla: 0, ins: 0xa4, p1: 4, p2: 0, data: fromHex(quirks.aid), le: 'most' });
  };
  return {
    style: { form: 'extended', chaining: false },
    async find(channel): Promise<CardApplication | null> {
      const name = await firstApplication(channel, quirks, wake);
      if (name === null) return null;
      const card = new GmCard(quirks, vendor, name, wake);
      await card.select(channel);
      return card;
    },
  };
}

/** null for a card that does not understand the questions. */
async function firstApplication(
  channel: ApduChannel,
  quirks: Gmt0017Quirks,
  wake: (channel: ApduChannel) => Promise<void>,
): Promise<string | null> {
  const gm = new GmChannel(channel, quirks);
  try {
    await wake(channel);
    parseDeviceInfo(await gm.demand('GetDevInfo', { le: 'most' }), gm.numbers);
    const names = readNames(await gm.demand('EnumApplication', { le: 'most' }));
    return names.find((name) => quirks.applications?.includes(name) ?? true) ?? null;
  } catch (error) {
    if (isCodedError(error) && error.native?.api.startsWith('GM ') === true) return null;
    throw error;
  }
}
