import { formatName, type GeneralName } from '@onelock/core/x509';

/** One alternative name for people: its kind and its text. */
export function describeGeneralName(name: GeneralName): string {
  switch (name.kind) {
    case 'dns':
    case 'email':
    case 'uri':
      return `${name.kind}:${name.value}`;
    case 'ip':
      return `ip:${describeAddress(name.bytes)}`;
    case 'directory':
      return `directory:${formatName(name.name)}`;
    case 'registered-id':
    case 'other':
      return `${name.kind}:${name.oid}`;
    default:
      return name.kind;
  }
}

function describeAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 1 }, (_, index) => view.getUint16(index * 2).toString(16)).join(':');
}
