import { CodedError } from '@onelock/core/errors';

/**
 * The Host allow-list, asked before anything else on every request and every upgrade. A page that points its own DNS
 * name at 127.0.0.1 (DNS rebinding) reaches the socket, but cannot change the name it came by.
 *
 * @throws {CodedError} ERR_AGENT_HOST_DENIED
 */
export function checkHost(rawHeaders: readonly string[], port: number): void {
  const hosts = headerValues(rawHeaders, 'host');
  const allowed = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  const [host] = hosts;
  if (hosts.length !== 1 || host === undefined || !allowed.includes(host.toLowerCase()))
    throw new CodedError('ERR_AGENT_HOST_DENIED');
}

/** Every value of a header as it was sent: Node's own `headers` silently drops or joins repeated ones. */
export function headerValues(rawHeaders: readonly string[], name: string): readonly string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? '');
  }
  return values;
}
