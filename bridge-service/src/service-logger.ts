import pino, { type Logger } from 'pino';
import type { ServiceConfig } from './config.ts';

/**
 * Log lines go to standard error as JSON. What is logged is chosen where it is logged (no headers, no bodies, no addresses asked
 * for); redaction by name stands behind that, in case a later line forgets.
 */
export function createServiceLogger({ logLevel }: Pick<ServiceConfig, 'logLevel'>): Logger {
  const secret = ['authorization', 'token', 'bearerToken', 'pin', 'password', 'privateKey', 'idempotency-key'];
  return pino(
    {
      level: logLevel,
      base: { program: 'service' },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: secret.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
        censor: '[redacted]',
      },
      serializers: { req: () => undefined, res: () => undefined },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
