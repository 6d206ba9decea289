import { CodedError } from '@onelock/core/errors';
import type { UrlOrigin } from './address-rules.ts';

const longestUrl = 2_048;

/**
 * Reads the address of a source. Only http and https are spoken; `ldap:`, which certificates in use name, is refused by name.
 * A certificate's URL may not choose the port of another service of a machine.
 *
 * @throws {CodedError} ERR_EVIDENCE_URL_UNSUPPORTED { url, rule }
 */
export function readSourceUrl(text: string, origin: UrlOrigin): URL {
  const refused = (rule: string): CodedError =>
    new CodedError('ERR_EVIDENCE_URL_UNSUPPORTED', { url: shownUrl(text), rule });
  if (text.length > longestUrl) throw refused(`length <= ${longestUrl}`);
  if (!URL.canParse(text)) throw refused('URL');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused(`${url.protocol} http | https`);
  if (url.username !== '' || url.password !== '') throw refused('no credentials');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (origin === 'certificate' && port < 1024 && port !== 80 && port !== 443) throw refused('port');
  return url;
}

/** A URL as answers and logs show it: without query and fragment, cut to a length that fits a line. */
export function shownUrl(text: string): string {
  const [start = ''] = text.replaceAll(/\p{Cc}/gu, '').split(/[?#]/);
  return start.replace(/\/\/[^/@]*@/, '//').slice(0, 200);
}
