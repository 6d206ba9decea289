import { equalBytes } from '../bytes/index.ts';
import type { Certificate, GeneralName } from '../x509/index.ts';
import { matchesHostName, parseHostName, parsePresentedHostName } from './dns-name.ts';
import { parseIpAddress } from './ip-address.ts';
import { parseMailbox, sameMailbox } from './mailbox.ts';
import type { PeerName } from './path-input.ts';

/**
 * Whether a certificate bears the name its user expects. Only subjectAltName is looked at; the common name never is
 * (RFC 9525 §2). A reference that is no well-formed name matches nothing.
 */
export function matchesPeerName(certificate: Certificate, expected: PeerName): boolean {
  const names = certificate.subjectAltName ?? [];
  switch (expected.kind) {
    case 'dns': {
      const reference = parseHostName(expected.value);
      return reference !== undefined && names.some((name) => dnsMatches(name, reference));
    }
    case 'ip': {
      const reference = parseIpAddress(expected.value);
      return reference !== undefined && names.some((name) => name.kind === 'ip' && equalBytes(name.bytes, reference));
    }
    case 'email': {
      const reference = parseMailbox(expected.value);
      if (reference === undefined) return false;
      return names.some((name) => {
        const presented = name.kind === 'email' ? parseMailbox(name.value) : undefined;
        return presented !== undefined && sameMailbox(presented, reference);
      });
    }
  }
}

function dnsMatches(name: GeneralName, reference: readonly string[]): boolean {
  const presented = name.kind === 'dns' ? parsePresentedHostName(name.value) : undefined;
  return presented !== undefined && matchesHostName(presented, reference);
}
