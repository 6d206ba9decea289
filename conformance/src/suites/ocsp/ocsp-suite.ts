import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decodePem, equalBytes } from '@onelock/core/bytes';
import { CodedError } from '@onelock/core/errors';
import { parseCertificate } from '@onelock/core/x509';
import type { Suite, SuiteCase } from '../suite.ts';
import { requireForm } from '../suite-files.ts';
import { type OcspCase, type OcspIndex, ocspValidator } from './ocsp-form.ts';
import { verifyOcspResponse } from './verify-response.ts';

/** Responses and who may have signed them, as OpenSSL's own tests of `ocsp -respin` are: a folder with `index.json`. */
export const ocspSuite: Suite = {
  name: 'ocsp',
  open: (target) => {
    const folder = target.endsWith('.json') ? path.dirname(target) : target;
    const file = target.endsWith('.json') ? target : path.join(folder, 'index.json');
    const json = parseJson(file);
    requireForm(ocspValidator, json, file);
    const index = json as OcspIndex;
    const at = instant(index.verification_time, file);
    return index.cases.map((ocspCase) => suiteCase(ocspCase, folder, at, index.partial_chain ?? true));
  },
};

function suiteCase(ocspCase: OcspCase, folder: string, at: Date, partialChain: boolean): SuiteCase {
  const pems = (name: string): readonly Uint8Array[] =>
    decodePem(Buffer.from(read(path.join(folder, name))).toString('latin1'))
      .filter(({ label }) => label.endsWith('CERTIFICATE'))
      .map(({ bytes }) => bytes);
  const response = read(path.join(folder, ocspCase.response));
  const anchors = pems(ocspCase.ca_file);
  const untrusted = ocspCase.untrusted ? pems(ocspCase.untrusted) : [];
  return {
    id: ocspCase.id,
    expected: ocspCase.expected,
    accepted: [ocspCase.expected],
    run: (ops) => {
      const certificates = anchors.map(parseCertificate);
      const refusal = verifyOcspResponse(
        {
          ...{ response, at, untrusted: untrusted.map(parseCertificate) },
          anchors: certificates.filter(
            ({ subjectDer, issuerDer }) => partialChain || equalBytes(subjectDer, issuerDer),
          ),
          authorization: ocspCase.no_cert_checks === true ? 'not-asked' : 'required',
        },
        ops,
      );
      return refusal === undefined
        ? { kind: 'answered', got: 'SUCCESS', reason: ocspCase.title }
        : { kind: 'answered', got: 'FAILURE', reason: refusal };
    },
  };
}

function instant(value: string | number, file: string): Date {
  const at = typeof value === 'number' ? new Date(value * 1000) : new Date(value);
  if (Number.isNaN(at.getTime())) throw new CodedError('ERR_SUITE_FORMAT', { file, field: '/verification_time' });
  return at;
}

function parseJson(file: string): unknown {
  const bytes = read(file);
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new CodedError('ERR_SUITE_FORMAT', { file, field: 'JSON' }, { cause });
  }
}

function read(file: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(file));
  } catch (cause) {
    throw new CodedError('ERR_CLI_FILE_UNREADABLE', { file }, { cause });
  }
}
