export { checkDer, reencodeDer } from './check.ts';
export { type DerLimits, defaultDerLimits } from './limits.ts';
export { decodeOid, encodeOid, oidValue } from './object-identifier.ts';
export { type OidName, oidName, oids } from './oid-registry.ts';
export { DerNode, DerReader, readDer } from './reader.ts';
export { decodeString, type StringType, stringTypeOf, stringValue } from './strings.ts';
export { contextConstructed, contextPrimitive, derTag, describeTag } from './tags.ts';
export { timeMilliseconds, timeValue } from './time.ts';
export {
  type BitString,
  bitStringValue,
  booleanValue,
  integerBytes,
  integerValue,
  nullValue,
  octetStringValue,
  smallIntegerValue,
  unsignedIntegerBytes,
  wholeBitStringValue,
} from './values.ts';
export {
  derBitString,
  derBoolean,
  derExplicit,
  derGeneralizedTime,
  derIa5String,
  derImplicit,
  derInteger,
  derNamedBits,
  derNull,
  derOctetString,
  derOid,
  derPrintableString,
  derSequence,
  derSetOf,
  derTime,
  derUnsignedInteger,
  derUtf8String,
  derValue,
  derValueOf,
} from './writer.ts';
