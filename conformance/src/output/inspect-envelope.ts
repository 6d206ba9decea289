import { oidName } from '@onelock/core/asn1';
import { toHex } from '@onelock/core/bytes';
import { describeSigner, type EnvelopedData, type Recipient } from '@onelock/core/cms';

/** What an envelope says about itself; nothing is opened. */
export interface InspectedEnvelope {
  readonly kind: EnvelopedData['kind'];
  readonly family: EnvelopedData['family'];
  readonly contentType: string;
  readonly cipher: string;
  readonly contentBytes: number | null;
  readonly recipients: readonly { readonly recipient: string; readonly keyEncryption: string }[];
  /** Departures from the standard; whether each may pass depends on the authority. */
  readonly deviations: readonly string[];
}

export function inspectEnvelope(envelope: EnvelopedData): InspectedEnvelope {
  const { kind, family, content, recipients } = envelope;
  const { cipher, oid } = content.encryption;
  return {
    kind,
    family,
    contentType: nameOf(content.contentType),
    cipher: cipher ?? nameOf(oid),
    contentBytes: content.ciphertext?.length ?? null,
    recipients: recipients.flatMap(inspectRecipient),
    deviations: [
      ...envelope.deviations,
      ...recipients.flatMap((each) => (each.kind === 'key-transport' ? each.deviations : [])),
    ],
  };
}

function inspectRecipient(each: Recipient): InspectedEnvelope['recipients'] {
  switch (each.kind) {
    case 'key-transport':
      return [
        { recipient: describeSigner(each.identifier), keyEncryption: each.scheme?.kind ?? nameOf(each.algorithm) },
      ];
    case 'key-agreement':
      return each.keys.map(({ identifier }) => ({
        recipient: describeSigner(identifier),
        keyEncryption: nameOf(each.algorithm),
      }));
    case 'key-encryption-key':
      return [{ recipient: toHex(each.keyIdentifier), keyEncryption: nameOf(each.algorithm) }];
    default:
      return [{ recipient: '—', keyEncryption: `${each.kind} ${nameOf(each.algorithm)}` }];
  }
}

const nameOf = (oid: string): string => oidName(oid) ?? oid;
