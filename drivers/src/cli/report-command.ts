import type { Locale } from '@onelock/core/messages';
import { type DeviceReport, gatherDeviceReport } from '../discovery/index.ts';
import { type Command, textOption } from './command.ts';
import { readKnown } from './known-drivers.ts';
import { cliWords } from './words.ts';
import { writeFile } from './write-file.ts';

/** `driver report`: what the computer sees of its devices, for whoever writes the manifest that is missing. */
export const reportCommand: Command = {
  options: { out: { type: 'string' } },
  words: [0, 0],
  async run(_words, options, context) {
    const { environment, now, locale } = context;
    const known = readKnown(context).contents.drivers.map(({ manifest }) => manifest);
    const report = await gatherDeviceReport({ known, now: now(), environment });
    const out = textOption(options, 'out');
    if (out !== undefined) writeFile(out, `${JSON.stringify(report, null, 2)}\n`, 0o600);
    const written = out === undefined ? '' : `\n${cliWords[locale].reportWritten} ${out}\n`;
    return { text: `${showReport(report, locale)}${written}`, json: report, status: 0 };
  },
};

function showReport({ usb, cards, libraries, gaps }: DeviceReport, locale: Locale): string {
  const words = cliWords[locale];
  const owner = (drivers: readonly string[]): string => (drivers.length === 0 ? words.unknown : drivers.join(' '));
  const section = (title: string, lines: readonly string[], part?: 'usb' | 'cards'): string => {
    const gap = gaps.some((each) => each.part === part) ? words.notLookedAt : words.nothing;
    return `${title}\n${(lines.length === 0 ? [gap] : lines).map((line) => `  ${line}\n`).join('')}`;
  };
  return [
    section(
      words.usbDevices,
      usb.map((each) => {
        const name = [each.manufacturer, each.product].filter(Boolean).join(' ');
        return `${each.vendorId}:${each.productId}  ${name}  [${owner(each.drivers)}]`;
      }),
      'usb',
    ),
    section(
      words.cardsPresent,
      cards.map(({ reader, atr, drivers }) => `${atr}  ${reader}  [${owner(drivers)}]`),
      'cards',
    ),
    section(
      words.candidates,
      libraries.map(({ file, family, drivers }) => `${family}  ${file}  [${owner(drivers)}]`),
    ),
  ].join('');
}
