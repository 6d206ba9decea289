import { fromHex, utf8Decode } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import type { PivQuirks } from '../../../port/card-config.ts';
import { type ApduChannel, cardFailure, demandTlv, findTlv, SW_OK } from '../../apdu/index.ts';
import type { CardApplication, CardApplicationKind } from '../card-application.ts';
import { readGuid } from './objects.ts';
import { PivCard } from './piv-card.ts';
import { readKeys } from './piv-certificates.ts';

/** SP 800-73-4 part 1 §2.2. */
const defaultAid = 'a000000308000010000100';

/** The PIV card application of NIST SP 800-73-4: RSA and P-256, no SM2. */
export function pivApplication(vendor: string, quirks: PivQuirks): CardApplicationKind {
  const style = { form: quirks.form ?? 'short', chaining: true };
  return {
    style,
    async find(channel): Promise<CardApplication | null> {
      const answer = await selectPiv(channel, quirks);
      if (answer === null) return null;
      const identity = {
        vendor,
        serialNumber: (await readGuid(channel)) ?? '',
        label: quirks.label ?? labelIn(answer),
      };
      return new PivCard(identity, quirks, await readKeys(channel), async (to) => {
        if ((await selectPiv(to, quirks)) === null) throw cardFailure('PIV SELECT', 0x6a82);
      });
    },
  };
}

/** @returns the application property template, or null on a card without PIV */
async function selectPiv(channel: ApduChannel, { aid = defaultAid }: PivQuirks): Promise<Uint8Array | null> {
  const { data, sw } = await channel.send('PIV SELECT', {
    cla: 0,
    ins: 0xa4,
    p1: 4,
    p2: 0,
    data: fromHex(aid),
    le: 'most',
  });
  return sw === SW_OK && findTlvQuietly(data) ? data : null;
}

/** A card may answer any SELECT with 9000; PIV answers with its template. */
function findTlvQuietly(data: Uint8Array): boolean {
  try {
    return findTlv(data, 0x61) !== undefined;
  } catch (error) {
    if (isCodedError(error)) return false;
    throw error;
  }
}

function labelIn(answer: Uint8Array): string {
  const text = findTlv(demandTlv(answer, 0x61), 0x50);
  try {
    return text === undefined ? 'PIV' : utf8Decode(text).slice(0, 64);
  } catch (error) {
    if (isCodedError(error)) return 'PIV';
    throw error;
  }
}
