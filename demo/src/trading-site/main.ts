// The demonstration trading site, as a program.
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { createServiceClient } from '../service-client.ts';
import { readConfig } from './config.ts';
import { buildSite } from './server/app.ts';
import { createVouching } from './server/tickets.ts';

const config = readConfig(process.env);
const origin = `http://${config.host}:${config.port}`;
const app = buildSite({
  origin,
  agentPorts: config.agentPorts,
  pagesDir: config.pagesDir,
  service: createServiceClient(config.serviceUrl, config.serviceToken),
  ops: createNodeCrypto(),
  clock: Date.now,
  vouchFor: createVouching(config.ticketKeyFile, origin),
  logLevel: 'warn',
});
await app.listen({ host: config.host, port: config.port });
process.stdout.write(
  config.machineOutput
    ? `${JSON.stringify({ event: 'listening', program: 'trading-site', url: origin, port: config.port })}\n`
    : `演示交易网站 / demonstration trading site: ${origin}\n`,
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void app.close());
