import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { publishedVector } from '../../../tools/src/test-setup/real-parts.ts';
import { requireReal } from '../../../tools/src/test-setup/require-real.ts';
import { oids } from '../asn1/oid-registry.ts';
import { readDer } from '../asn1/reader.ts';
import { derOid, derSequence, derSetOf, derUtf8String } from '../asn1/writer.ts';
import { fromHex } from '../bytes/hex.ts';
import { type Name, parseName } from './name.ts';
import { sameName } from './name-comparison.ts';
import { formatName } from './name-format.ts';

const types: Readonly<Record<string, string>> = { CN: oids.commonName, C: oids.countryName, O: oids.organizationName };

/** The notation of the file: `CN="…",O="…"`, one attribute in each RDN. */
function nameOf(text: string): Name {
  const rdns = [...text.matchAll(/([A-Z]+)="([^"]*)"/g)].map(([, type = '', value = '']) =>
    derSetOf(derSequence(derOid(types[type] ?? ''), derUtf8String(value))),
  );
  return parseName(readDer(derSequence(...rdns)));
}

requireReal("Botan's name comparisons", publishedVector('botan-x509/x509_dn_ordering.vec'))(
  "Botan's name comparisons",
  (file) => {
    const sections = readFileSync(file, 'utf8')
      .split(/^\[(?=Equal|Unequal)/m)
      .slice(1);
    const cases = sections.flatMap((section) =>
      [...section.matchAll(/^DN1 =(.*)\nDN2 =(.*)$/gm)].map(
        ([, first = '', second = '']): [boolean, string, string] => [
          section.startsWith('Equal'),
          first.trim(),
          second.trim(),
        ],
      ),
    );

    it('are all read', () => expect(cases.length).toBeGreaterThan(20));

    it.each(cases)('%s: %s and %s', (equal, first, second) => {
      expect(sameName(nameOf(first), nameOf(second))).toBe(equal);
    });
  },
);

requireReal("Botan's names in DER", publishedVector('botan-x509/x509_dn_valid.vec'))("Botan's names in DER", (file) => {
  const ders = [...readFileSync(file, 'utf8').matchAll(/^DER = (.*)$/gm)].map(([, hex = '']) => hex);

  it.each(ders)('%s parses and is described', (hex) => {
    const parsed = parseName(readDer(fromHex(hex)));
    expect(formatName(parsed).length > 0).toBe(parsed.rdns.length > 0);
  });
});
