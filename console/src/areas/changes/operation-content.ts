import { fromBase64 } from '@onelock/core/bytes';
import { formatName, parseCertificate } from '@onelock/core/x509';
import { shortName } from '../../api/certificates-text.ts';
import { type RecordWords, recordText } from '../../parts/record-text.ts';
import { dateText } from '../../words/formats.ts';
import * as casWords from '../cas/history.ts';
import * as platformWords from '../platforms/history.ts';
import type { Operation } from './api.ts';
import { say } from './words.ts';

/** One part of what an operation sets. */
export interface ContentLine {
  readonly label: string;
  readonly text: string;
}

/** What an operation sets, part by part: who approves it has to see it. */
export function contentOf(operation: Operation): readonly ContentLine[] {
  switch (operation.kind) {
    case 'ca.register':
    case 'ca.update':
      return [
        ...(operation.kind === 'ca.register' && operation.revocation !== undefined
          ? partsOf({ revocation: operation.revocation }, casWords)
          : []),
        ...certificateLines(say('anchors'), operation.anchors),
        ...certificateLines(say('intermediates'), operation.intermediates),
      ];
    case 'ca.set-profile':
      return partsOf(operation.profile, casWords);
    case 'ca.set-sources':
      return partsOf(operation.sources, casWords);
    case 'platform.set-profile':
      return partsOf(operation.profile, platformWords);
    case 'ca.set-enrolment': {
      const { url, products } = operation.enrolment as { url?: string; products?: readonly { name?: unknown }[] };
      return [
        { label: say('op.enrolment.url'), text: url ?? '—' },
        { label: say('op.enrolment.products'), text: products?.map(({ name }) => String(name)).join('; ') || '—' },
      ];
    }
    default:
      return [];
  }
}

const partsOf = (value: object, words: RecordWords): readonly ContentLine[] =>
  Object.entries(value)
    .map(([field, inner]) => ({ label: words.fieldName(field), text: recordText(inner, words) }))
    .filter(({ text }) => text !== '—');

const certificateLines = (label: string, certificates: readonly string[] | undefined): readonly ContentLine[] =>
  (certificates ?? []).map((text) => ({ label, text: certificateText(text) }));

/** The name in a certificate and how long it is valid; its first signs when it cannot be read. */
function certificateText(text: string): string {
  const base64 = text.replaceAll(/-----[^-]+-----|\s/g, '');
  try {
    const { subject, notBefore, notAfter } = parseCertificate(fromBase64(base64));
    const name = shortName(formatName(subject));
    return `${name} ${dateText(notBefore.toISOString())} – ${dateText(notAfter.toISOString())}`;
  } catch (error) {
    // The service refuses what is no certificate; here it is shown for what it is.
    if (!(error instanceof Error)) throw error;
    return `${base64.slice(0, 16)}…`;
  }
}
