/** Bytes that a text takes in UTF-8, without making them. A lone surrogate counts as its replacement character. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    // A surrogate pair is two units and four bytes, so each half adds one.
    if (unit >= 0xd800 && unit < 0xe000) length += isPaired(text, at, unit) ? 1 : 2;
    else if (unit >= 0x800) length += 2;
    else if (unit >= 0x80) length += 1;
  }
  return length;
}

function isPaired(text: string, at: number, unit: number): boolean {
  const other = text.charCodeAt(unit < 0xdc00 ? at + 1 : at - 1);
  return unit < 0xdc00 ? other >= 0xdc00 && other < 0xe000 : other >= 0xd800 && other < 0xdc00;
}
