import { oids } from '../asn1/index.ts';
import { conformingRules, webServerRules } from './certificate-rules.ts';
import type { AlgorithmPolicy, LeafUsage, Profile, ProfileName } from './profile.ts';

/** 112 bits and more; SHA-1 and below nowhere. */
const modern: AlgorithmPolicy = {
  digests: ['sm3', 'sha224', 'sha256', 'sha384', 'sha512', 'sha3-224', 'sha3-256', 'sha3-384', 'sha3-512'],
  rsaBits: 2048,
  curves: ['sm2', 'p256', 'p384', 'p521'],
  edwards: 'allowed',
  unsupportedKeys: 'allowed-in-leaf',
};

/** GM/T 0015: SM2 with SM3 and nothing else. */
const nationalOnly: AlgorithmPolicy = {
  digests: ['sm3'],
  rsaBits: 'refused',
  curves: ['sm2'],
  edwards: 'refused',
  unsupportedKeys: 'refused',
};

const anyUsage: LeafUsage = {
  keyUsageAnyOf: [],
  keyUsageAbsent: 'allowed',
  extendedKeyUsageAnyOf: [],
  extendedKeyUsageAbsent: 'allowed',
  anyExtendedKeyUsage: 'allowed',
};

/** RFC 5280 §6: how a path is validated, whatever its certificates look like otherwise. */
const rfc5280: Profile = {
  name: 'rfc5280',
  anchorValidity: 'required',
  algorithms: modern,
  leaf: anyUsage,
  rules: [],
};

/** RFC 5280 §6, and every certificate keeps §4 as well. */
const rfc5280Strict: Profile = { ...rfc5280, name: 'rfc5280-strict', rules: conformingRules };

/** A web server's certificate: RFC 5280 and the CA/Browser Forum Baseline Requirements. */
const tlsServer: Profile = {
  name: 'tls-server',
  anchorValidity: 'required',
  algorithms: {
    digests: ['sha256', 'sha384', 'sha512'],
    rsaBits: 2048,
    curves: ['p256', 'p384', 'p521'],
    edwards: 'refused',
    unsupportedKeys: 'refused',
  },
  leaf: {
    keyUsageAnyOf: ['digitalSignature', 'keyEncipherment', 'keyAgreement'],
    keyUsageAbsent: 'allowed',
    extendedKeyUsageAnyOf: [oids.serverAuth],
    extendedKeyUsageAbsent: 'refused',
    anyExtendedKeyUsage: 'refused',
  },
  rules: [...conformingRules, ...webServerRules],
};

/** The signing half of a dual certificate, GM/T 0015: keyUsage is there and says so. */
const gmSign: Profile = {
  name: 'gm-sign',
  anchorValidity: 'required',
  algorithms: nationalOnly,
  leaf: { ...anyUsage, keyUsageAnyOf: ['digitalSignature', 'nonRepudiation'], keyUsageAbsent: 'refused' },
  rules: ['extensions-well-formed', 'cert-sign-only-in-ca', 'end-entity-not-ca'],
};

/** The encryption half. */
const gmEncrypt: Profile = {
  ...gmSign,
  name: 'gm-encrypt',
  leaf: {
    ...anyUsage,
    keyUsageAnyOf: ['keyEncipherment', 'dataEncipherment', 'keyAgreement'],
    keyUsageAbsent: 'refused',
  },
};

/** Signing and logging in on a trading platform: SM2, and RSA or ECDSA for the stock of older keys. */
const bidding: Profile = {
  name: 'bidding',
  anchorValidity: 'required',
  algorithms: { ...modern, edwards: 'refused', unsupportedKeys: 'refused' },
  leaf: { ...anyUsage, keyUsageAnyOf: ['digitalSignature', 'nonRepudiation'] },
  rules: ['end-entity-not-ca'],
};

/** A time-stamping authority, RFC 3161 §2.3: that one purpose, critical, and a key that only signs. */
const timeStamping: Profile = {
  name: 'time-stamping',
  anchorValidity: 'required',
  algorithms: { ...modern, unsupportedKeys: 'refused' },
  leaf: {
    ...anyUsage,
    keyUsageAnyOf: ['digitalSignature', 'nonRepudiation'],
    extendedKeyUsageAnyOf: [oids.timeStamping],
    extendedKeyUsageAbsent: 'refused',
    anyExtendedKeyUsage: 'refused',
  },
  rules: ['time-stamping-only', 'extended-key-usage-critical', 'key-only-signs', 'end-entity-not-ca'],
};

/** Who signs programs, CA/Browser Forum Code Signing Baseline Requirements §7.1.2.3. */
const codeSigning: Profile = {
  name: 'code-signing',
  anchorValidity: 'required',
  algorithms: { ...modern, unsupportedKeys: 'refused' },
  leaf: {
    keyUsageAnyOf: ['digitalSignature'],
    keyUsageAbsent: 'refused',
    extendedKeyUsageAnyOf: [oids.codeSigning],
    extendedKeyUsageAbsent: 'refused',
    anyExtendedKeyUsage: 'refused',
  },
  rules: ['key-usage-critical', 'key-only-signs', 'no-server-purpose', 'end-entity-not-ca'],
};

/** The profiles that can be asked for by name. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  rfc5280,
  'rfc5280-strict': rfc5280Strict,
  'tls-server': tlsServer,
  'gm-sign': gmSign,
  'gm-encrypt': gmEncrypt,
  bidding,
  'time-stamping': timeStamping,
  'code-signing': codeSigning,
};
