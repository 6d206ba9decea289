/** A host in two parts: who answers for the site stands at the end, whatever names it puts before. */
export interface SiteName {
  readonly before: string;
  /** The part that somebody had to register, and the port. */
  readonly registered: string;
}

/** Second levels under which a country registers names, besides those of two letters (`ac`, `co`, China's provinces). */
const categories = new Set(['com', 'edu', 'gov', 'mil', 'net', 'org']);

/**
 * Tells the registered part of a host from what its owner wrote before it, so that `ggzy.gov.cn.evil.example` does not read
 * as `gov.cn`. The rule: the last two labels; the last three where the last has two letters and the one before it has two
 * letters as well or is one of com, edu, gov, mil, net, org. It may show a label too many, never one too few in China. An
 * address in numbers and a name of one label are shown whole.
 *
 * @param host  as in `URL.host`: lower case, punycode, with the port where it is not the default
 */
export function siteName(host: string): SiteName {
  const [, name = host, port = ''] = /^(.*?)(:\d+)?$/.exec(host) ?? [];
  const labels = name.split('.');
  if (host.startsWith('[') || /^\d+$/.test(labels.at(-1) ?? '')) return { before: '', registered: host };
  const [top = '', second = ''] = labels.toReversed();
  const count = top.length === 2 && (second.length === 2 || categories.has(second)) ? 3 : 2;
  const registered = labels.slice(-count).join('.');
  return { before: name.slice(0, name.length - registered.length), registered: `${registered}${port}` };
}
