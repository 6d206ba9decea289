import { fromHex } from '@onelock/core/bytes';
import type { OpenPgpQuirks } from '../../../port/card-config.ts';
import { type ApduChannel, cardFailure, SW_OK } from '../../apdu/index.ts';
import type { CardApplication, CardApplicationKind } from '../card-application.ts';
import { readCertificates, readFacts } from './card-facts.ts';
import { OpenPgpCard } from './openpgp-card.ts';

/** Registered application provider FSFE, application OpenPGP; version, manufacturer and number follow (§4.2.1). */
const aid = fromHex('d27600012401');

/** The OpenPGP application 2.0 to 3.4 on smart cards: RSA, P-256 and P-384, no SM2. */
export function openPgpApplication(vendor: string, quirks: OpenPgpQuirks): CardApplicationKind {
  return {
    style: { form: quirks.form ?? 'short', chaining: true },
    async find(channel): Promise<CardApplication | null> {
      if (!(await selectOpenPgp(channel))) return null;
      const facts = await readFacts(channel);
      return new OpenPgpCard(vendor, quirks, facts, await readCertificates(channel, facts), async (to) => {
        if (!(await selectOpenPgp(to))) throw cardFailure('OpenPGP SELECT', 0x6a82);
      });
    },
  };
}

async function selectOpenPgp(channel: ApduChannel): Promise<boolean> {
  const command = { cla: 0, ins: 0xa4, p1: 4, p2: 0, data: aid, le: 'most' } as const;
  return (await channel.send('OpenPGP SELECT', command)).sw === SW_OK;
}
