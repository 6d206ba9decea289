import { oidName } from '@onelock/core/asn1';
import { toHex } from '@onelock/core/bytes';
import { type CertificateList, parseCertificateList } from '@onelock/core/revocation';
import { formatName } from '@onelock/core/x509';
import { readArguments } from '../input/arguments.ts';
import { crlLabels, readDerValues } from '../input/files.ts';
import { usageError } from '../input/usage-error.ts';
import { Printer } from '../output/printer.ts';
import { type Command, writeResult } from './command.ts';

/** `crl inspect FILE`: what each revocation list of a file says of itself. Nothing is judged, so it ends with 0 or 2. */
export const crlInspect: Command = (words, context) => {
  const [file] = readArguments(words, {}, 1, context.locale).positionals;
  if (file === undefined) throw usageError(context.locale, 'fileMissing');
  const lists = readDerValues(file, crlLabels).map((der) => inspectList(parseCertificateList(der)));
  if (lists.length === 0) throw usageError(context.locale, 'notAList', { value: file });
  writeResult(context, { lists }, () => {
    const print = new Printer(context.locale);
    for (const list of lists) printList(print, list);
    return print.text();
  });
  return 0;
};

type InspectedList = ReturnType<typeof inspectList>;

function inspectList(list: CertificateList) {
  const { scope } = list;
  return {
    issuer: formatName(list.issuer),
    version: list.version,
    thisUpdate: list.thisUpdate.toISOString(),
    nextUpdate: list.nextUpdate?.toISOString() ?? null,
    entries: list.entryCount,
    crlNumber: list.crlNumber?.toString() ?? null,
    baseCrlNumber: list.baseCrlNumber?.toString() ?? null,
    scope:
      scope === undefined ? null : { only: scope.only, indirect: scope.indirect, reasons: [...(scope.reasons ?? [])] },
    signatureAlgorithm: oidName(list.signatureAlgorithm.oid) ?? list.signatureAlgorithm.oid,
    authorityKeyIdentifier: hexOrNull(list.authorityKeyIdentifier?.keyIdentifier),
    extensions: list.extensions.map(({ oid, critical }) => ({ oid, name: oidName(oid) ?? null, critical })),
    unknownCritical: list.unknownCritical ?? null,
  };
}

const hexOrNull = (bytes: Uint8Array | undefined): string | null => (bytes === undefined ? null : toHex(bytes));

function printList(print: Printer, list: InspectedList): void {
  const { words } = print;
  print.line(list.issuer);
  print.field(words.validity, `${list.thisUpdate} – ${list.nextUpdate ?? '…'}`, '  ');
  print.field(words.entries, String(list.entries), '  ');
  if (list.crlNumber !== null) print.field(words.serialNumber, list.crlNumber, '  ');
  if (list.baseCrlNumber !== null) print.field(words.deltaOver, list.baseCrlNumber, '  ');
  if (list.scope !== null) {
    const { only, indirect, reasons } = list.scope;
    print.field(words.scope, [only, ...(indirect ? ['indirect'] : []), ...reasons].join(', '), '  ');
  }
  print.field(words.signatureAlgorithm, list.signatureAlgorithm, '  ');
  const extensions = list.extensions.map(({ oid, name, critical }) =>
    critical ? `${name ?? oid} (${words.critical})` : (name ?? oid),
  );
  if (extensions.length > 0) print.field(words.extensions, extensions.join(', '), '  ');
}
