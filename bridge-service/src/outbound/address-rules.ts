import { BlockList, isIP } from 'node:net';

/** Where a URL comes from: an operator listed it, or a certificate names it, which anybody can have made. */
export type UrlOrigin = 'registry' | 'certificate';

/** Special-purpose ranges of IPv4 (RFC 6890 and its registry), written as network/prefix. */
const specialIpv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
] as const;

/** Inside global unicast 2000::/3, what is not: protocol assignments and Teredo, 6to4 (which embeds IPv4), documentation. */
const specialIpv6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'] as const;

export function networksOf(list: readonly string[]): BlockList {
  const networks = new BlockList();
  for (const item of list) {
    const [address = '', bits] = item.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    networks.addSubnet(address, bits === undefined ? (family === 'ipv4' ? 32 : 128) : Number(bits), family);
  }
  return networks;
}

const special = networksOf([...specialIpv4, ...specialIpv6]);
const globalUnicast = networksOf(['2000::/3']);

/** Whether an address belongs to the public internet. IPv4 inside IPv6 never does: it would hide a private one. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  return family === 6 && globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/**
 * Whether the service may connect to an address: any public one; for URLs that an operator listed also those of the networks
 * that the configuration names. A certificate's URL never leads inside.
 */
export function mayConnect(address: string, origin: UrlOrigin, networks: BlockList): boolean {
  if (isPublicAddress(address)) return true;
  if (origin === 'certificate') return false;
  const family = isIP(address);
  return family !== 0 && networks.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
