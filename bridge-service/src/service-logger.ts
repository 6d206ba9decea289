import pino, { type DestinationStream, type Logger } from 'pino';
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
    standardError(),
  );
}

/** What waits for room on a full disk, in bytes; what comes beyond it is lost. */
const mostWaiting = 1024 * 1024;

/** A log that cannot be written (a full disk) is nobody's reason to stop: what fits waits, and goes out when there is room again. */
function standardError(): DestinationStream {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: mostWaiting });
  destination.on('error', () => undefined);
  // Without a write nothing would be tried again.
  destination.on('drop', () => destination.flush());
  return destination;
}
