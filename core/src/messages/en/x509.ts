import type { x509Errors } from '../../errors/rows/x509.ts';
import type { WordsFor } from '../words.ts';

export const x509Words = {
  ERR_X509_MALFORMED: 'The certificate is malformed: {field} (at byte {offset})',
  ERR_X509_EXTENSION_DUPLICATE: 'The certificate repeats the extension {oid}',
  ERR_X509_SIGNATURE_ALGORITHMS_DIFFER:
    'The certificate names two different signature algorithms, {outer} outside and {inner} inside',
  ERR_X509_EXTENSION_ABSENT: 'The certificate has no extension {oid}',
  ERR_X509_ENTRIES_EXCEEDED: 'The certificate field {field} has more than {limit} entries and cannot be listed whole',
} as const satisfies WordsFor<typeof x509Errors>;
