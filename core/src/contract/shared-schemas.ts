import type { TSchema } from 'typebox';
import { CipherAlgorithm, SignatureAlgorithm } from './schemas/algorithms.ts';
import {
  CertificateDer,
  CertificateInfo,
  CertificateSummary,
  DistinguishedName,
  Identity,
  PublicKeyInfo,
  SubjectIdentity,
} from './schemas/certificate.ts';
import { CertificateFilter } from './schemas/certificate-filter.ts';
import { Display, FileSource, FileTarget } from './schemas/common.ts';
import { CheckResult, DeviceSummary, DriverState } from './schemas/device.ts';
import {
  DocumentReport,
  DocumentResult,
  DocumentSeal,
  DocumentSource,
  DocumentTarget,
  Placement,
} from './schemas/document.ts';
import { FileFacts, OperationId } from './schemas/file-facts.ts';
import { DeviceHandle, FileHandle, KeyHandle, RemoteSessionId, SealHandle } from './schemas/handles.ts';
import { LoginToken } from './schemas/login-token.ts';
import {
  CertificateReport,
  MessageReport,
  NestedCertificateReport,
  SignatureReport,
  SignerReport,
} from './schemas/report.ts';
import { RequestTicket } from './schemas/ticket.ts';
import { Need, Reason, RevocationReport, Verdict, VerdictSubject } from './schemas/verdict.ts';

/** Schemas that several calls share, by the name they go by in JSON Schema, OpenRPC and the reference. */
export const sharedSchemas: Readonly<Record<string, TSchema>> = {
  KeyHandle,
  DeviceHandle,
  FileHandle,
  SealHandle,
  RemoteSessionId,
  OperationId,
  CertificateDer,
  CertificateFilter,
  PublicKeyInfo,
  CertificateSummary,
  CertificateInfo,
  DistinguishedName,
  SubjectIdentity,
  Identity,
  DeviceSummary,
  DriverState,
  CheckResult,
  Display,
  RequestTicket,
  FileSource,
  FileTarget,
  FileFacts,
  SignatureAlgorithm,
  CipherAlgorithm,
  LoginToken,
  Reason,
  VerdictSubject,
  Need,
  Verdict,
  RevocationReport,
  CertificateReport,
  NestedCertificateReport,
  SignerReport,
  MessageReport,
  SignatureReport,
  DocumentSource,
  DocumentTarget,
  DocumentResult,
  DocumentSeal,
  DocumentReport,
  Placement,
};
