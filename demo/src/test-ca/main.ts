// The enrolment door of the demonstration's authorities, as a program.
import { readFileSync } from 'node:fs';
import { createNodeCrypto } from '@onelock/core/crypto/node';
import { readProvince } from '../province/manifest.ts';
import { startEstServer } from './est-server.ts';
import { openAuthority } from './open-authority.ts';

const required = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is required`);
  return value;
};

const { folder, manifest } = readProvince(required('ONELOCK_TEST_CA_PROVINCE'));
const registered = manifest.authorities.filter(({ standing }) => standing === 'registered');
const server = await startEstServer({
  authorities: Object.fromEntries(registered.map((entry) => [entry.id, openAuthority(folder, entry)])),
  user: 'onelock',
  password: readFileSync(required('ONELOCK_TEST_CA_PASSWORD_FILE'), 'utf8').trim(),
  host: '127.0.0.1',
  port: Number(process.env.ONELOCK_TEST_CA_PORT ?? '0'),
  clock: () => new Date(),
  ops: createNodeCrypto(),
});
server.switches.pendingTimes = Number(process.env.ONELOCK_TEST_CA_PENDING ?? '1');
const url = `http://127.0.0.1:${server.port}`;
process.stdout.write(
  process.env.ONELOCK_MACHINE_OUTPUT === '1'
    ? `${JSON.stringify({ event: 'listening', program: 'test-ca', url, port: server.port })}\n`
    : `演示 CA 受理端 / enrolment door of the demonstration's CAs: ${url}\n`,
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void server.close());
