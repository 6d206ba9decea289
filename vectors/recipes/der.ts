/** One DER value. Content of up to 65535 bytes. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

/** An OBJECT IDENTIFIER of arcs below 2^28. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const arcs = [first * 40 + second, ...rest].flatMap((arc) => {
    const septets = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) septets.unshift((left & 0x7f) | 0x80);
    return septets;
  });
  return tlv(0x06, Buffer.from(arcs));
}

export const derNull: Buffer = Buffer.from([0x05, 0x00]);
export const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => tlv(0x31, ...parts);
export const integer = (value: number): Buffer => tlv(0x02, Buffer.from([value]));
export const octetString = (content: Uint8Array): Buffer => tlv(0x04, content);
export const explicit = (number: number, ...parts: readonly Uint8Array[]): Buffer => tlv(0xa0 | number, ...parts);

/** Start of the content and of the next element, for an element whose length takes at most two bytes. */
export function element(der: Buffer, offset: number): { readonly content: number; readonly end: number } {
  const first = der.readUInt8(offset + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const content = offset + 2 + lengthBytes;
  return { content, end: content + (lengthBytes === 0 ? first : der.readUIntBE(offset + 2, lengthBytes)) };
}
