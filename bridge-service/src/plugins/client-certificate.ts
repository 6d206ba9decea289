import { BlockList, isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { fromBase64 } from '@onelock/core/bytes';
import { isCodedError } from '@onelock/core/errors';
import type { FastifyRequest } from 'fastify';
import type { ServiceConfig } from '../config.ts';

type Keys = Pick<ServiceConfig, 'tlsClientCertificates' | 'clientCertificateHeader' | 'trustedProxies'>;

/** The TLS certificate of a client, DER, whose key TLS has proved; undefined without one. */
export type ClientCertificate = (request: FastifyRequest) => Uint8Array | undefined;

const longestHeader = 12_000;

/**
 * Where client certificates come from: our own HTTPS listener, or the header `Client-Cert` (RFC 9440) of a stated proxy. From anybody else the
 * header is nobody's word.
 */
export function clientCertificates(config: Keys): ClientCertificate {
  const proxies = networks(config.trustedProxies);
  return (request) => {
    const { socket } = request.raw;
    if (config.tlsClientCertificates && 'getPeerCertificate' in socket) {
      const { raw } = (socket as TLSSocket).getPeerCertificate() ?? {};
      return raw === undefined ? undefined : new Uint8Array(raw);
    }
    const header = request.headers['client-cert'];
    if (!config.clientCertificateHeader || typeof header !== 'string') return undefined;
    return proxies(socket.remoteAddress ?? '') ? readHeader(header) : undefined;
  };
}

/** A byte sequence of RFC 8941; anything else is no certificate. */
function readHeader(text: string): Uint8Array | undefined {
  const [, base64] = /^:([A-Za-z0-9+/=]+):$/.exec(text) ?? [];
  if (base64 === undefined || text.length > longestHeader) return undefined;
  try {
    return fromBase64(base64);
  } catch (error) {
    if (isCodedError(error)) return undefined;
    throw error;
  }
}

/** Whether an address belongs to a list of addresses and networks. */
export function networks(list: readonly string[]): (address: string) => boolean {
  const known = new BlockList();
  for (const item of list) {
    const [address = '', bits] = item.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    known.addSubnet(address, bits === undefined ? (family === 'ipv4' ? 32 : 128) : Number(bits), family);
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && known.check(address, family === 4 ? 'ipv4' : 'ipv6');
  };
}
