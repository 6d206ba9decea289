export { addUnsignedAttribute, type LaterAttribute } from './add-unsigned-attribute.ts';
export { looksLikeSignedAttributes, namesItsCertificate } from './attributes.ts';
export { definiteLengths } from './ber.ts';
export { checkCountersignatures, checkSigners, type SignerMaterial } from './check-signers.ts';
export { type ContentEncryption, parseContentEncryption, requireCipher } from './content-encryption.ts';
export { type ContentInfo, contentInfoOf, type MessageKind, messageKind } from './content-info.ts';
export { contentPlan } from './content-plan.ts';
export { readCountersignatures } from './countersignatures.ts';
export { checkDigestedData, type DigestedData, parseDigestedData } from './digested-data.ts';
export type { EncryptedContent, EncryptedData, EnvelopedData } from './envelope.ts';
export { type EnvelopeFrame, readEnvelopeFrame } from './envelope-frame.ts';
export { describeSigner, embeddedCertificates, isNamedBy } from './find-signer.ts';
export {
  type ContentHint,
  contentHint,
  type LongTermValues,
  longTermValues,
  signatureTimestamps,
} from './long-term-attributes.ts';
export type { SharedKey, WrappingEngine } from './make-other-recipients.ts';
export type { OpenedEnvelope } from './open-content.ts';
export { openEncryptedData } from './open-encrypted-data.ts';
export {
  type EnvelopeToOpen,
  type KeyReading,
  type KeyToUnwrap,
  openEnvelope,
  openEnvelopeLater,
  type PreparedOpening,
  prepareOpening,
} from './open-envelope.ts';
export {
  type OtherOpening,
  openWithAgreement,
  openWithPassword,
  openWithSharedKey,
  type UnwrapEngine,
} from './open-otherwise.ts';
export { encryptedDataOf, parseEncryptedData, parseEnvelope } from './parse-envelope.ts';
export { type Message, parseMessage } from './parse-message.ts';
export { parseSignedData } from './parse-signed-data.ts';
export { type Pbkdf2Parameters, parsePbkdf2 } from './pbkdf2-parameters.ts';
export {
  type MessageToPrepare,
  messageDigestOf,
  type PreparedMessage,
  prepareSignedData,
} from './prepare-signed-data.ts';
export type {
  KeyAgreementRecipient,
  KeyTransportRecipient,
  Originator,
  PasswordRecipient,
  Recipient,
  RecipientIdentifier,
  SharedKeyRecipient,
} from './recipient.ts';
export { type EnvelopeToSeal, type SealingCipher, sealEnvelope, type WrappedContentKey } from './seal-envelope.ts';
export { prepareSealing, type StreamSealing, type StreamToSeal } from './seal-stream.ts';
export {
  type MessageToSignAndSeal,
  type PreparedSignedEnvelope,
  prepareSignedEnvelope,
  signedDataInside,
} from './signed-and-enveloped.ts';
export { ContentDigester, type ContentPlan, type SignedContent, wholeContent } from './signed-content.ts';
export type { Attribute, MessageFamily, SignedData, SignerIdentifier, SignerInfo } from './signed-data.ts';
export type { SignerCheck } from './signer-check.ts';
