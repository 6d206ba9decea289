import type { CardDriverConfig } from '../port/index.ts';
import type { CardApplicationKind } from './applications/card-application.ts';
import { gmt0017Application } from './applications/gmt0017/gm-application.ts';
import { openPgpApplication } from './applications/openpgp/openpgp-application.ts';
import { pivApplication } from './applications/piv/piv-application.ts';

/** What the configuration says to look for on a card, in its order. */
export function applicationKinds(config: CardDriverConfig): readonly CardApplicationKind[] {
  const vendor = config.vendor ?? config.id;
  const wanted = config.quirks?.applications ?? [{ kind: 'piv' } as const];
  return wanted.map((quirks) => {
    if (quirks.kind === 'piv') return pivApplication(vendor, quirks);
    return quirks.kind === 'openpgp' ? openPgpApplication(vendor, quirks) : gmt0017Application(vendor, quirks);
  });
}

/** Whether a card is one that the configuration speaks to; without masks it speaks to any. */
export function speaksTo({ atrs }: CardDriverConfig, atr: Uint8Array): boolean {
  if (atrs === undefined) return true;
  return atrs.some(({ atr: wanted, mask }) => {
    const [bytes, bits] = [Buffer.from(wanted, 'hex'), mask === undefined ? null : Buffer.from(mask, 'hex')];
    return (
      bytes.length === atr.length &&
      bytes.every((byte, index) => ((byte ^ (atr[index] ?? 0)) & (bits === null ? 0xff : (bits[index] ?? 0))) === 0)
    );
  });
}
