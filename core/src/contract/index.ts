export { base64ToBytes, bytesToBase64, isBase64 } from './base64.ts';
export { calls } from './calls.ts';
export { firstViolation, type Violation } from './check-schema.ts';
export { type BytePath, bytePaths, fromWire, toWire } from './codec.ts';
export { commonErrors, consentErrors } from './common-errors.ts';
export type { ContractEvent, EventPayload, Params, Result, WireParams, WireResult } from './contract-types.ts';
export { type CallDefinition, type CallFamily, type Consent, defineCall, type InvalidExample } from './define-call.ts';
export { defineEvent, type EventDefinition } from './define-event.ts';
export { events } from './events.ts';
export { type CallName, callNames, type EventName, eventNames } from './names.ts';
export {
  type DigestAlgorithmId,
  digestAlgorithms,
  type SignatureAlgorithmId,
  signatureAlgorithms,
} from './schemas/algorithms.ts';
export { CertificateInfo, CertificateSummary, Identity, SubjectIdentity } from './schemas/certificate.ts';
export { DeviceHandle, FileHandle, KeyHandle, SealHandle } from './schemas/handles.ts';
export { limits, zhKeyword } from './schemas/primitives.ts';
export { CertificateReport, MessageReport, SignatureReport } from './schemas/report.ts';
export { Reason, Verdict, VerdictSubject } from './schemas/verdict.ts';
export { sharedSchemas } from './shared-schemas.ts';
export {
  decodeParams,
  decodeResult,
  encodeParams,
  encodeResult,
  validateEventPayload,
  validateParams,
  validateResult,
} from './validate.ts';
export { agentPorts, contractVersion, maxFrameBytes, wirePath, wireSubprotocol } from './wire.ts';
export type { Frozen, WireForm } from './wire-form.ts';
export {
  CallEnvelope,
  CancelNotification,
  ChunkNotification,
  CreditNotification,
  chunkFramePrefix,
  HelloParams,
  type HelloParamsValue,
  HelloRequest,
  HelloResult,
  type HelloResultValue,
  jsonRpcCode,
  type PageMessage,
  readPageMessage,
  type StreamChunk,
  type WireCancel,
  type WireError,
  WireErrorData,
  type WireEvent,
  type WireRequest,
  type WireResponse,
  wireChunk,
  wireCredit,
  wireError,
  wireEvent,
  wireResponse,
} from './wire-messages.ts';
