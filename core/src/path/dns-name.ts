/**
 * Host names as certificates and peers write them: preferred name syntax (RFC 5280 §4.2.1.6, RFC 1034 §3.5 as widened by
 * RFC 1123 §2.1). Letters, digits and inner hyphens, labels of 1 to 63 characters, 253 in all, no trailing dot.
 */
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const maxNameLength = 253;

/** Lower-case labels, left to right, or undefined when the text is no host name. A name whose last label is a number is none (it would be an address). */
export function parseHostName(text: string): readonly string[] | undefined {
  if (text.length === 0 || text.length > maxNameLength) return undefined;
  const labels = asciiLowerCase(text).split('.');
  if (!labels.every((each) => label.test(each))) return undefined;
  return /^[0-9]+$/.test(labels.at(-1) ?? '') ? undefined : labels;
}

/** A name in a certificate: a host name, or `*` as its whole leftmost label. */
export interface PresentedHostName {
  /** Labels behind the wildcard, or all of them. */
  readonly labels: readonly string[];
  readonly wildcard: boolean;
}

/** undefined for anything that is neither (embedded, partial or inner wildcards among them). */
export function parsePresentedHostName(text: string): PresentedHostName | undefined {
  const wildcard = text.startsWith('*.');
  const labels = parseHostName(wildcard ? text.slice(2) : text);
  return labels === undefined ? undefined : { labels, wildcard };
}

/** Whether `labels` is `base` or lies below it. */
export function isWithinDomain(labels: readonly string[], base: readonly string[]): boolean {
  const extra = labels.length - base.length;
  return extra >= 0 && base.every((each, index) => labels[extra + index] === each);
}

/** RFC 9525 §6.3: the wildcard stands for exactly one label, and never for one directly below a registry. */
export function matchesHostName(presented: PresentedHostName, reference: readonly string[]): boolean {
  if (!presented.wildcard)
    return presented.labels.length === reference.length && isWithinDomain(reference, presented.labels);
  return (
    reference.length === presented.labels.length + 1 &&
    isWithinDomain(reference, presented.labels) &&
    !isRegistryControlled(presented.labels)
  );
}

/** Second-level labels under which country registries register (`com.cn`, `co.uk`). */
const registryLabels: ReadonlySet<string> = new Set('ac co com edu gob gov mil net org'.split(' '));
/** Provinces under `.cn`, where CNNIC registers as well. */
const chineseProvinceLabels: ReadonlySet<string> = new Set(
  'ah bj cq fj gd gs gx gz ha hb he hi hk hl hn jl js jx ln mo nm nx qh sc sd sh sn sx tj tw xj xz yn zj'.split(' '),
);

/**
 * Whether names directly below are for a registry to give out.
 *
 * NOTE: an enumeration by rule, not the Public Suffix List: its private section (hosting providers) is not known here.
 */
function isRegistryControlled(labels: readonly string[]): boolean {
  const [second = '', top = ''] = labels;
  if (labels.length < 2) return true;
  if (labels.length > 2 || top.length !== 2) return false;
  return registryLabels.has(second) || (top === 'cn' && chineseProvinceLabels.has(second));
}

/** Only A–Z change: `toLowerCase` would fold the Kelvin sign and others into ASCII. */
export function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));
}
