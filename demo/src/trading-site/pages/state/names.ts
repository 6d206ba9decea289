/** The common name out of an RFC 4514 name, or its first part, or the whole. */
export function shortName(name: string): string {
  const parts = name.match(/(?:\\.|[^,\\])+/g) ?? [name];
  const common = parts.find((part) => part.trim().startsWith('CN=')) ?? parts[0] ?? name;
  return unescapeName(common.trim().replace(/^[A-Za-z0-9.]+=/, ''));
}

/** RFC 4514 §2.4: `\2C` is a byte in hexadecimal, `\,` a character. Bytes beyond ASCII are written as they are. */
function unescapeName(text: string): string {
  return text.replace(/\\([0-9A-Fa-f]{2}|.)/g, (_, escaped: string) =>
    escaped.length === 2 ? String.fromCharCode(Number.parseInt(escaped, 16)) : escaped,
  );
}

/** `91520100MA6DEM014X` as people read it: registration, organization, check. */
export function groupedCode(code: string): string {
  return `${code.slice(0, 8)} ${code.slice(8, 17)} ${code.slice(17)}`;
}

/** A serial number in groups of four. */
export function groupedHex(hex: string): string {
  return hex.replace(/(.{4})(?=.)/g, '$1 ');
}

/** Algorithm identifiers that messages carry, as people name them; what is not listed is shown as it is. */
const algorithmNames: Readonly<Record<string, string>> = {
  '1.2.156.10197.1.301.1': 'SM2',
  '1.2.156.10197.1.501': 'SM2-SM3',
  '1.2.156.10197.1.401': 'SM3',
  '1.2.840.113549.1.1.1': 'RSA',
  '1.2.840.113549.1.1.11': 'RSA-SHA256',
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
  sm3: 'SM3',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
};

export function algorithmName(identifier: string): string {
  return algorithmNames[identifier] ?? identifier.toUpperCase();
}
