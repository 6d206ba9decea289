import { isIP } from 'node:net';
import type { AskedFrom } from '../ports/phone-records.ts';

const systems: readonly (readonly [RegExp, string])[] = [
  [/HarmonyOS|OpenHarmony/i, 'HarmonyOS'],
  [/Android/i, 'Android'],
  [/iPhone|iPad/i, 'iOS'],
  [/Windows/i, 'Windows'],
  [/Mac OS X|Macintosh/i, 'macOS'],
  [/Linux|X11/i, 'Linux'],
];
const browsers: readonly (readonly [RegExp, string])[] = [
  [/MicroMessenger/i, '微信 WeChat'],
  [/Edg\//i, 'Edge'],
  [/Firefox\//i, 'Firefox'],
  [/Chrome\//i, 'Chrome'],
  [/Safari\//i, 'Safari'],
];

const firstOf = (rows: typeof systems, text: string): readonly string[] => {
  const found = rows.find(([pattern]) => pattern.test(text));
  return found === undefined ? [] : [found[1]];
};

/**
 * What a person can tell their own screen by: system and browser as that one says, and the network without the host. Of the words of a stranger's browser
 * none is shown, only which of these names is among them.
 */
export function askedFrom(address: string, userAgent: string | undefined): AskedFrom {
  const said = userAgent?.slice(0, 500) ?? '';
  return {
    address: maskedAddress(address),
    device: [...firstOf(systems, said), ...firstOf(browsers, said)].join(' · '),
  };
}

/** `203.0.113.*`, `2001:db8:1::*`. */
function maskedAddress(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIP(plain) === 4) return plain.replace(/\d+$/, '*');
  if (isIP(plain) !== 6) return '';
  return `${plain.split('::')[0]?.split(':').slice(0, 3).join(':') ?? ''}::*`;
}
