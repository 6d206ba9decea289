import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const Name = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]+$',
});

export const sealFormats = ['gmt-0031', 'gbt-38540', 'vendor'] as const;
export type SealFormat = (typeof sealFormats)[number];
export const sealPlaces = ['none', 'file', 'data-object', 'service'] as const;

/** Where the electronic seal of a vendor's key is. */
export const SealPlaceSchema = Type.Union([
  Type.Object({ place: Type.Literal('none') }, closed),
  Type.Object(
    {
      place: Type.Literal('file'),
      name: Type.String({ ...Name, description: "Of the key's files; * stands for anything" }),
      format: Type.Enum(sealFormats),
    },
    closed,
  ),
  Type.Object(
    {
      place: Type.Literal('data-object'),
      label: Type.String({ ...Name, description: 'CKA_LABEL of the PKCS#11 data object; * stands for anything' }),
      format: Type.Optional(Type.Enum(sealFormats, { description: 'Default vendor' })),
    },
    closed,
  ),
  Type.Object({ place: Type.Literal('service') }, closed),
]);

export type SealPlace = Static<typeof SealPlaceSchema>;

/** What a file of a key is, by what its driver declares; undefined for what is no seal. */
export function sealFormatOf(fileName: string, declared: SealPlace | undefined): SealFormat | undefined {
  if (declared?.place === 'file') return matchesPattern(fileName, declared.name) ? declared.format : undefined;
  if (declared?.place !== 'data-object') return undefined;
  return matchesPattern(fileName, declared.label) ? (declared.format ?? 'vendor') : undefined;
}

/** `*` stands for any run; found piece by piece from the left, so that no pattern takes long. */
export function matchesPattern(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
