import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { ServiceConfig } from './config.ts';

type OriginKeys = Pick<ServiceConfig, 'publicUrl' | 'tlsCertificateFile' | 'port'>;

/** The origin of the service's own pages: as configured, or where a developer's service listens on this machine. */
export function publicOriginOf(app: FastifyInstance, config: OriginKeys): string {
  if (config.publicUrl !== null) return config.publicUrl;
  const address = app.server.address() as AddressInfo | null;
  return `${config.tlsCertificateFile === null ? 'http' : 'https'}://127.0.0.1:${address?.port ?? config.port}`;
}
