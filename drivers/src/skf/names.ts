/**
 * The name of a device, application, container or file. The standard says UTF-8, older libraries write GBK: the bytes are
 * what is given back to the library, the text is what people and programs see.
 */
export interface SkfName {
  readonly text: string;
  /** Without the NUL that ends it. */
  readonly bytes: Uint8Array;
}

const maxNames = 128;
/** The standard's names have 32 to 64; what is far longer is none. */
const maxNameBytes = 128;

/** Splits a name list (GM/T 0016-2012 §6: every name ends with NUL, the list with one more). */
export function parseNameList(list: Uint8Array): readonly SkfName[] {
  const names: SkfName[] = [];
  let at = 0;
  while (at < list.length && names.length < maxNames) {
    const nul = list.indexOf(0, at);
    const end = nul < 0 ? list.length : nul;
    if (end === at) break;
    const bytes = list.slice(at, end);
    if (bytes.length <= maxNameBytes) names.push({ text: decodeText(bytes), bytes });
    at = end + 1;
  }
  return names;
}

/** Text in a field of fixed length, which NULs, blanks or nothing pad. */
export function decodeField(field: Uint8Array): string {
  const nul = field.indexOf(0);
  return decodeText(nul < 0 ? field : field.subarray(0, nul));
}

/** NUL-terminated, for an LPSTR argument. */
export function toCString(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.of(0)]);
}

function decodeText(bytes: Uint8Array): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: vendors pad with them
  const blanked = decode(bytes).replace(/[\u0000-\u001f\u007f]/g, ' ');
  return blanked.trim();
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gbk').decode(bytes);
  }
}
