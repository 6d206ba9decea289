/**
 * The same signature and a document of which the last byte is another. Where the message carries the document, that
 * copy is changed as well.
 */
export function tamperWith(
  content: Uint8Array,
  message: Uint8Array,
): { readonly content: Uint8Array; readonly message: Uint8Array } {
  const changedContent = withLastByteChanged(content, content.length);
  const place = Buffer.from(message).indexOf(content);
  const changedMessage = place < 0 ? message : withLastByteChanged(message, place + content.length);
  return { content: changedContent, message: changedMessage };
}

function withLastByteChanged(bytes: Uint8Array, end: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[end - 1] = (copy[end - 1] ?? 0) ^ 0x01;
  return copy;
}
