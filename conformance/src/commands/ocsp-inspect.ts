import { oidName } from '@onelock/core/asn1';
import { toHex } from '@onelock/core/bytes';
import {
  type BasicOcspResponse,
  embeddedSigners,
  parseOcspResponse,
  type SingleOcspResponse,
} from '@onelock/core/revocation';
import { formatName } from '@onelock/core/x509';
import { readArguments } from '../input/arguments.ts';
import { ocspLabels, readDerValues } from '../input/files.ts';
import { usageError } from '../input/usage-error.ts';
import { Printer } from '../output/printer.ts';
import { type Command, writeResult } from './command.ts';

/** `ocsp inspect FILE`: what an OCSP response says. Nothing is judged, so it ends with 0 or 2. */
export const ocspInspect: Command = (words, context) => {
  const [file] = readArguments(words, {}, 1, context.locale).positionals;
  if (file === undefined) throw usageError(context.locale, 'fileMissing');
  const [der] = readDerValues(file, ocspLabels);
  if (der === undefined) throw usageError(context.locale, 'notAResponse', { value: file });
  const response = parseOcspResponse(der);
  const answer = response.status === 'successful' ? inspectAnswer(response.basic) : null;
  writeResult(context, { status: response.status, ...answer }, () => {
    const print = new Printer(context.locale);
    print.line(response.status);
    if (answer !== null) printAnswer(print, answer);
    return print.text();
  });
  return 0;
};

type InspectedAnswer = ReturnType<typeof inspectAnswer>;

function inspectAnswer(basic: BasicOcspResponse) {
  const { responderId } = basic;
  return {
    responder: responderId.kind === 'name' ? formatName(responderId.name) : toHex(responderId.keyHash),
    producedAt: basic.producedAt.toISOString(),
    nonce: basic.nonce === undefined ? null : toHex(basic.nonce),
    signatureAlgorithm: oidName(basic.signatureAlgorithm.oid) ?? basic.signatureAlgorithm.oid,
    certificates: embeddedSigners(basic).map(({ subject }) => formatName(subject)),
    answers: basic.responses.map(inspectSingle),
  };
}

function inspectSingle({ certificateId, certificateStatus: status, thisUpdate, nextUpdate }: SingleOcspResponse) {
  return {
    serialNumber: toHex(certificateId.serialNumberBytes),
    status: status.kind,
    revokedAt: status.kind === 'revoked' ? status.at.toISOString() : null,
    revocationReason: status.kind === 'revoked' ? status.reason : null,
    thisUpdate: thisUpdate.toISOString(),
    nextUpdate: nextUpdate?.toISOString() ?? null,
  };
}

function printAnswer(print: Printer, answer: InspectedAnswer): void {
  const { words } = print;
  print.field(words.signer, `${answer.responder} (${answer.producedAt})`, '  ');
  print.field(words.signatureAlgorithm, answer.signatureAlgorithm, '  ');
  for (const { serialNumber, status, revokedAt, revocationReason, thisUpdate, nextUpdate } of answer.answers) {
    const revoked = revokedAt === null ? '' : ` ${revokedAt} ${revocationReason}`;
    print.line(`  ${serialNumber}  ${status}${revoked}  ${thisUpdate} – ${nextUpdate ?? '…'}`);
  }
  for (const subject of answer.certificates) print.field(words.certificates, subject, '  ');
}
