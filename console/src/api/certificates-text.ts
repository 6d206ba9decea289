/** Certificates of one text, each a text of its own: PEM blocks, or one base64. */
export function splitCertificates(text: string): readonly string[] {
  const blocks = text.match(/-----BEGIN [^-]+-----[\s\S]*?-----END [^-]+-----/g);
  if (blocks !== null) return blocks;
  const plain = text.trim();
  return plain === '' ? [] : [plain];
}

/** The name that people use of a distinguished name: its CN, else its O, else all of it. */
export function shortName(name: string): string {
  return /(?:^|,)\s*CN=([^,]+)/.exec(name)?.[1] ?? /(?:^|,)\s*O=([^,]+)/.exec(name)?.[1] ?? name;
}
