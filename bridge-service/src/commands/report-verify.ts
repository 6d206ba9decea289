import { readFileSync } from 'node:fs';
import { decodePem, equalBytes, fromBase64, utf8Decode } from '@onelock/core/bytes';
import { checkSigners, parseSignedData } from '@onelock/core/cms';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { CodedError, isCodedError } from '@onelock/core/errors';
import { judgeMessage, type MessageReport } from '@onelock/core/validation';
import type { Reason } from '@onelock/core/verdict';
import { type Certificate, formatName, parseCertificate } from '@onelock/core/x509';
import { isWebReport, verifyWebReport } from './verify-web-report.ts';

/** What is to be relied on of a signed report. */
export interface VerifiedReport {
  readonly indication: MessageReport['indication'];
  readonly reason?: Reason;
  /** Who signed. */
  readonly signer: string;
  /** What was signed; only of a report that passed: of any other, nothing in it is to be relied on. */
  readonly report: unknown;
}

/**
 * Verifies a report that a service has signed, without the service: the signature, and that its signer is the certificate of the service
 * (as `GET /v1/report-signer` gave it) or one under a CA's.
 *
 * @param file  an answer of the service (JSON), or what is signed alone: SignedData in DER, PEM or base64, or a compact JWS
 * @param trustFiles  certificates; for JWS key sets, as `GET /v1/report-signer` gives them
 * @throws {CodedError} ERR_CLI_FILE_UNREADABLE, ERR_CLI_USAGE; ERR_CMS_…, ERR_DER_… for a file that is none
 */
export function verifyReportFile(file: string, trustFiles: readonly string[], now: Date): VerifiedReport {
  const web = readWebReport(file);
  if (web !== null) {
    if (trustFiles.length === 0) throw new CodedError('ERR_CLI_USAGE', { detail: '--trust FILE' });
    return verifyWebReport(
      web,
      trustFiles.map((trusted) => ({ file: trusted, text: utf8Decode(readBytes(trusted)) })),
    );
  }
  const ops = createNodeCrypto();
  const trusted = trustFiles.flatMap(readCertificates);
  if (trusted.length === 0) throw new CodedError('ERR_CLI_USAGE', { detail: '--trust FILE' });
  const message = parseSignedData(readSigned(file));
  const [check] = checkSigners(message, {}, ops);
  const signer = check?.certificate ?? null;
  const isService = signer !== null && trusted.some(({ der }) => equalBytes(der, signer.der));
  const trustAnchors = trusted.map((certificate) => ({ kind: 'certificate', certificate }) as const);
  // The service's own certificate is trusted as it stands; any other has to lead to a CA that is.
  const verdict =
    check !== undefined && isService
      ? check.verdict
      : judgeMessage(
          { message, intermediates: [], trustAnchors, at: now, profile: 'gm-sign', revocation: 'none' },
          ops,
        );
  const passed = verdict.indication === 'passed';
  return {
    indication: verdict.indication,
    ...('reason' in verdict && verdict.reason !== undefined && { reason: verdict.reason }),
    signer: signer === null ? '' : formatName(signer.subject),
    report: passed && message.content !== null ? (JSON.parse(utf8Decode(message.content)) as unknown) : null,
  };
}

/** A compact JWS, alone or as `signed` of an answer; null for any other file. */
function readWebReport(file: string): string | null {
  const bytes = readBytes(file);
  if (bytes[0] === 0x30) return null;
  const text = utf8Decode(bytes).trim();
  if (isWebReport(text)) return text;
  if (!text.startsWith('{')) return null;
  try {
    const { signed } = JSON.parse(text) as {
      readonly signed?: { readonly format?: unknown; readonly value?: unknown };
    };
    return signed?.format === 'jws' && typeof signed.value === 'string' ? signed.value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function readBytes(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (error) {
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file }, { cause: error });
  }
}

function readCertificates(file: string): readonly Certificate[] {
  const bytes = readBytes(file);
  if (bytes[0] !== 0x2d) return [parseCertificate(bytes)];
  return decodePem(utf8Decode(bytes)).map((block) => parseCertificate(block.bytes));
}

/** PEM, JSON, base64 and DER are told apart by content at this door. */
function readSigned(file: string): Uint8Array {
  const bytes = readBytes(file);
  if (bytes[0] === 0x30) return bytes;
  const text = utf8Decode(bytes).trim();
  if (text.startsWith('-----BEGIN ')) return decodePem(text)[0]?.bytes ?? bytes;
  if (!text.startsWith('{')) return fromBase64(text);
  try {
    const { signed } = JSON.parse(text) as { readonly signed?: { readonly value?: unknown } };
    if (typeof signed?.value === 'string') return fromBase64(signed.value);
  } catch (error) {
    if (isCodedError(error)) throw error;
  }
  throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file });
}
