export { fromBase64, fromBase64Url, toBase64, toBase64Url } from './base64.ts';
export { compareBytes, concatBytes, equalBytes, joinBytes } from './compare.ts';
export { fromHex, toHex } from './hex.ts';
export { decodePem, encodePem, type PemBlock } from './pem.ts';
export { utf8Decode, utf8Encode } from './utf8.ts';
