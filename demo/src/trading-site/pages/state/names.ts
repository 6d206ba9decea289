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
