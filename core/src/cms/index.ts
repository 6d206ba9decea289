export { looksLikeSignedAttributes } from './attributes.ts';
export { checkSigners, type SignerMaterial } from './check-signers.ts';
export { describeSigner, embeddedCertificates } from './find-signer.ts';
export { parseSignedData } from './parse-signed-data.ts';
export { type MessageToPrepare, type PreparedMessage, prepareSignedData } from './prepare-signed-data.ts';
export type { Attribute, MessageFamily, SignedData, SignerIdentifier, SignerInfo } from './signed-data.ts';
export type { SignerCheck } from './signer-check.ts';
