import { oids } from '../asn1/index.ts';
import type { Certificate } from '../x509/index.ts';
import { extensionText, type TaggedText } from './extension-text.ts';

/** Extensions of GM/T 0015 and GB/T 20518 that say who the subject is, with the older arcs that are still in use. */
const chineseExtensionOids = {
  identifyCode: [oids.identifyCode, oids.legacyIdentifyCode, oids.draftIdentifyCode],
  insuranceNumber: [oids.insuranceNumber, oids.draftInsuranceNumber],
  icRegistrationNumber: [oids.icRegistrationNumber, oids.legacyIcRegistrationNumber, oids.draftIcRegistrationNumber],
  organizationCode: [oids.organizationCode, oids.legacyOrganizationCode, oids.draftOrganizationCode],
  taxationNumber: [oids.taxationNumber, oids.legacyTaxationNumber, oids.draftTaxationNumber],
} as const;

export type ChineseExtensionName = keyof typeof chineseExtensionOids;

export interface ChineseExtension extends TaggedText {
  readonly name: ChineseExtensionName;
  /** Dotted: which of the arcs. */
  readonly oid: string;
  /** A number of a person: mask it before it leaves. */
  readonly personal: boolean;
}

const personal: ReadonlySet<ChineseExtensionName> = new Set<ChineseExtensionName>(['identifyCode', 'insuranceNumber']);

/** Every one of these extensions that a certificate has and that holds readable text (GM/T 0015, GB/T 20518). */
export function chineseExtensions(certificate: Certificate): readonly ChineseExtension[] {
  const names = Object.keys(chineseExtensionOids) as ChineseExtensionName[];
  return names.flatMap((name) =>
    chineseExtensionOids[name].flatMap((oid): readonly ChineseExtension[] => {
      const extension = certificate.extension(oid);
      const text = extension && extensionText(extension.value);
      return text === undefined ? [] : [{ name, oid, personal: personal.has(name), ...text }];
    }),
  );
}
