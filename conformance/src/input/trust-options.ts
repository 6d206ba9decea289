import type { Locale } from '@onelock/core/messages';
import type { ProfileName } from '@onelock/core/path';
import type { RevocationMode, TrustEvidence } from '@onelock/core/validation';
import type { Arguments } from './arguments.ts';
import { crlLabels, ocspLabels, readCertificates, readDerValues } from './files.ts';
import { usageError } from './usage-error.ts';

export const trustOptionNames = {
  one: ['at', 'profile', 'revocation'],
  many: ['intermediate', 'trust', 'crl', 'ocsp', 'ocsp-responder'],
} as const;

const knownProfiles: Readonly<Record<ProfileName, true>> = {
  rfc5280: true,
  'rfc5280-strict': true,
  'tls-server': true,
  'gm-sign': true,
  'gm-encrypt': true,
  bidding: true,
  'time-stamping': true,
  'code-signing': true,
};
const isProfileName = (text: string): text is ProfileName => Object.hasOwn(knownProfiles, text);
const revocationModes: readonly RevocationMode[] = ['require', 'if-available', 'none'];

/**
 * What the options say about trust, files read. The default time is now: this command is where the clock comes in.
 *
 * @throws {CodedError} ERR_CLI_USAGE, ERR_CLI_FILE_UNREADABLE, and those of parsing certificates
 */
export function readTrustOptions(args: Arguments, now: Date, locale: Locale): TrustEvidence {
  return {
    at: readTime(args.one('at'), now, locale),
    profile: readProfile(args.one('profile'), locale),
    revocation: readRevocation(args.one('revocation'), locale),
    intermediates: args.many('intermediate').flatMap(readCertificates),
    trustAnchors: args
      .many('trust')
      .flatMap((file) => certificatesOf(file, locale))
      .map((certificate) => ({ kind: 'certificate', certificate })),
    crls: args.many('crl').flatMap((file) => readDerValues(file, crlLabels)),
    ocspResponses: args.many('ocsp').flatMap((file) => readDerValues(file, ocspLabels)),
    trustedResponders: args.many('ocsp-responder').flatMap((file) => certificatesOf(file, locale)),
  };
}

function certificatesOf(file: string, locale: Locale): ReturnType<typeof readCertificates> {
  const certificates = readCertificates(file);
  if (certificates.length === 0) throw usageError(locale, 'notACertificate', { value: file });
  return certificates;
}

const isoTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** A time without a zone is UTC; the report prints the time it used. */
function readTime(text: string | undefined, now: Date, locale: Locale): Date {
  if (text === undefined) return now;
  const zoned = /T.*(Z|[+-]\d{2}:\d{2})$/.test(text) || !text.includes('T') ? text : `${text}Z`;
  const time = new Date(zoned);
  if (!isoTime.test(text) || Number.isNaN(time.getTime()) || !sameDay(text, time))
    throw usageError(locale, 'time', { value: text });
  return time;
}

/** `Date` moves a day that does not exist into the next month; 31 April is no time. */
function sameDay(text: string, time: Date): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth && !Number.isNaN(time.getTime());
}

function readProfile(text: string | undefined, locale: Locale): ProfileName {
  if (text === undefined) return 'rfc5280';
  if (isProfileName(text)) return text;
  throw usageError(locale, 'profile', { value: text, allowed: Object.keys(knownProfiles).join(', ') });
}

function readRevocation(text: string | undefined, locale: Locale): RevocationMode {
  if (text === undefined) return 'if-available';
  const found = revocationModes.find((mode) => mode === text);
  if (found === undefined) throw usageError(locale, 'revocation', { value: text });
  return found;
}
