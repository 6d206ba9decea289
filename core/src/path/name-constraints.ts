import { oids } from '../asn1/index.ts';
import { type Certificate, type GeneralName, isNameWithin, type NameConstraints } from '../x509/index.ts';
import type { Budget } from './budget.ts';
import { isWithinDomain, parseHostName, parsePresentedHostName } from './dns-name.ts';
import { formatIpAddress } from './ip-address.ts';
import { parseMailbox, sameMailbox } from './mailbox.ts';

/** Internationalised mailbox (RFC 9598): constraints on addresses bind it too, and we do not process it. */
const smtpUtf8Mailbox = '1.3.6.1.5.5.7.8.9';

/** What one comparison says. `unprocessable`: the name or the constraint is malformed or of a form we do not know. */
type Comparison = 'within' | 'outside' | 'unprocessable';

/**
 * Name constraints gathered on the way from the anchor to the leaf (RFC 5280 §6.1.3 (b) (c), §6.1.4 (g)). Each
 * certificate's subtrees are kept apart: a name must satisfy every issuer above it, which is their intersection.
 * Whatever cannot be processed is refused, critical or not.
 */
export class NameConstraintSet {
  readonly #constraints: NameConstraints[] = [];
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  add(constraints: NameConstraints | undefined): void {
    if (constraints !== undefined) this.#constraints.push(constraints);
  }

  /** The first name of a certificate that an issuer above does not allow, in words; undefined when all are allowed. */
  firstRefusedName(certificate: Certificate): string | undefined {
    if (this.#constraints.length === 0) return undefined;
    const names = namesOf(certificate);
    return names.find((name) => !this.#constraints.every((each) => this.#allows(each, name)))?.text;
  }

  #allows(constraints: NameConstraints, { name }: ConstrainedName): boolean {
    const permitted = constraints.permitted.filter((base) => governs(base, name));
    const excluded = constraints.excluded.filter((base) => governs(base, name));
    if (permitted.length > 0 && !this.#anyPermits(permitted, name)) return false;
    return excluded.every((base) => this.#compare(name, base, 'excluded') === 'outside');
  }

  #anyPermits(permitted: readonly GeneralName[], name: GeneralName): boolean {
    let within = false;
    for (const base of permitted) {
      const comparison = this.#compare(name, base, 'permitted');
      if (comparison === 'unprocessable') return false;
      within ||= comparison === 'within';
    }
    return within;
  }

  #compare(name: GeneralName, base: GeneralName, side: Side): Comparison {
    this.#budget.spend('nameComparisons');
    return compare(name, base, side);
  }
}

type Side = 'permitted' | 'excluded';

interface ConstrainedName {
  readonly name: GeneralName;
  readonly text: string;
}

/** Every name that constraints bind: the subject, addresses in it, and the alternative names. */
function namesOf(certificate: Certificate): readonly ConstrainedName[] {
  const names: GeneralName[] = [...(certificate.subjectAltName ?? [])];
  if (certificate.subject.rdns.length > 0) names.push({ kind: 'directory', name: certificate.subject });
  const hasHostNames = names.some(({ kind }) => kind === 'dns');
  for (const { oid, value } of certificate.subject.rdns.flat()) {
    if (oid === oids.emailAddress) names.push({ kind: 'email', value });
    if (oid === oids.commonName && !hasHostNames && looksLikeHostName(value)) names.push({ kind: 'dns', value });
  }
  return names.map((name) => ({ name, text: describe(name) }));
}

/**
 * We never take a host name from a common name, but others do; one that stands there without a dNSName beside it must
 * not slip past the constraints (NOTE: beyond RFC 5280, as OpenSSL does).
 */
function looksLikeHostName(commonName: string): boolean {
  return commonName.includes('.') && parsePresentedHostName(commonName) !== undefined;
}

function describe(name: GeneralName): string {
  switch (name.kind) {
    case 'dns':
    case 'email':
    case 'uri':
      return name.value;
    case 'ip':
      return formatIpAddress(name.bytes);
    case 'directory':
      return name.name.rdns
        .flat()
        .map((attribute) => attribute.value)
        .join(', ');
    case 'registered-id':
    case 'other':
      return name.oid;
    default:
      return name.kind;
  }
}

function governs(base: GeneralName, name: GeneralName): boolean {
  if (name.kind === 'other' && name.oid === smtpUtf8Mailbox && base.kind === 'email') return true;
  return base.kind === name.kind;
}

function compare(name: GeneralName, base: GeneralName, side: Side): Comparison {
  if (name.kind === 'dns' && base.kind === 'dns') return compareDns(name.value, base.value, side);
  if (name.kind === 'email' && base.kind === 'email') return compareEmail(name.value, base.value);
  if (name.kind === 'uri' && base.kind === 'uri') return compareUri(name.value, base.value);
  if (name.kind === 'ip' && base.kind === 'ip') return compareIp(name.bytes, base.bytes);
  if (name.kind === 'directory' && base.kind === 'directory')
    return isNameWithin(name.name, base.name) ? 'within' : 'outside';
  return 'unprocessable';
}

/**
 * A constraint is a host name and covers it and everything below; the empty one covers all.
 * A wildcard stands for many names: to be permitted all of them must be, and one excluded among them refuses it.
 */
function compareDns(name: string, base: string, side: Side): Comparison {
  const presented = parsePresentedHostName(name);
  const constraint = base === '' ? [] : parseHostName(base);
  if (presented === undefined || constraint === undefined) return 'unprocessable';
  if (isWithinDomain(presented.labels, constraint)) return 'within';
  const mayStandFor =
    presented.wildcard &&
    constraint.length === presented.labels.length + 1 &&
    isWithinDomain(constraint, presented.labels);
  return side === 'excluded' && mayStandFor ? 'within' : 'outside';
}

/** A constraint is a mailbox, a host (all its mailboxes) or, with a leading dot, everything below a domain. */
function compareEmail(name: string, base: string): Comparison {
  const mailbox = parseMailbox(name);
  if (mailbox === undefined) return 'unprocessable';
  if (!base.includes('@')) return compareHost(mailbox.domain, base);
  const constraint = parseMailbox(base);
  if (constraint === undefined) return 'unprocessable';
  return sameMailbox(mailbox, constraint) ? 'within' : 'outside';
}

/** The host of `scheme://authority…`; RFC 5280 §4.2.1.10 refuses URIs without a host name once one is constrained. */
function compareUri(name: string, base: string): Comparison {
  const [, authority = ''] = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)/.exec(name) ?? [];
  const host = parseHostName(authority.replace(/^[^@]*@/, '').replace(/:[0-9]*$/, ''));
  return host === undefined ? 'unprocessable' : compareHost(host, base);
}

function compareHost(host: readonly string[], base: string): Comparison {
  const below = base.startsWith('.');
  const constraint = parseHostName(below ? base.slice(1) : base);
  if (constraint === undefined) return 'unprocessable';
  const lengthFits = below ? host.length > constraint.length : host.length === constraint.length;
  return lengthFits && isWithinDomain(host, constraint) ? 'within' : 'outside';
}

/** @param base address ‖ mask: 8 bytes for IPv4, 32 for IPv6 */
function compareIp(address: Uint8Array, base: Uint8Array): Comparison {
  if (address.length !== 4 && address.length !== 16) return 'unprocessable';
  if (base.length !== 8 && base.length !== 32) return 'unprocessable';
  if (base.length !== address.length * 2) return 'outside';
  const differs = address.some(
    (octet, index) => ((octet ^ (base[index] ?? 0)) & (base[address.length + index] ?? 0)) !== 0,
  );
  return differs ? 'outside' : 'within';
}
