import { asciiLowerCase, parseHostName } from './dns-name.ts';

export interface Mailbox {
  /** Compared exactly (RFC 5280 §7.5). */
  readonly local: string;
  readonly domain: readonly string[];
}

/** Dot-atom of RFC 5321 §4.1.2: the quoted form is met in no certificate and would only open doors. */
const localPart = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/** `Local-part@Domain` (RFC 5280 §4.2.1.6), or undefined when the text is no such mailbox. */
export function parseMailbox(text: string): Mailbox | undefined {
  const at = text.indexOf('@');
  if (at < 1 || text.indexOf('@', at + 1) !== -1) return undefined;
  const local = text.slice(0, at);
  const domain = parseHostName(text.slice(at + 1));
  return domain === undefined || local.length > 64 || !localPart.test(local) ? undefined : { local, domain };
}

/** Equal as RFC 5280 §7.5 compares: the local part exactly, the host without case. */
export function sameMailbox(a: Mailbox, b: Mailbox): boolean {
  return a.local === b.local && asciiLowerCase(a.domain.join('.')) === asciiLowerCase(b.domain.join('.'));
}
