export { encodeCanonicalJson, type Json, parseCanonicalJson, readJson } from './canonical-json.ts';
export { type DeviceFacts, matchesDevice } from './device-match.ts';
export { type DriverSurroundings, driverConfigOf } from './driver-config-of.ts';
export { libraryFor, libraryPaths, type ThisSystem, thisSystem } from './library-place.ts';
export {
  type DriverArchitecture,
  type DriverManifest,
  DriverName,
  type DriverSystem,
  ManifestSchema,
  PlainText,
  Sha256,
  VersionNumber,
  Words,
} from './manifest-schema.ts';
export { checkManifest, maxManifestBytes, parseManifest } from './parse-manifest.ts';
export {
  type ContentToSign,
  type DriverTrust,
  openSignedContent,
  type SignedContent,
  signContent,
} from './signed-content.ts';
