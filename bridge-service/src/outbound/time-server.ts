import { createSocket } from 'node:dgram';
import { CodedError } from '@onelock/core/errors';

const packetBytes = 48;
/** Seconds from 1900 to 1970. */
const epochOffset = 2_208_988_800;

/**
 * Asks a time server by SNTP (RFC 4330 §5): how far our clock is behind its own.
 *
 * @param now  milliseconds of our clock
 * @returns milliseconds, positive when we are behind
 * @throws {CodedError} ERR_EVIDENCE_TIMEOUT, ERR_EVIDENCE_UNREACHABLE, ERR_EVIDENCE_MALFORMED
 */
export function askTimeServer(
  { host, port }: { readonly host: string; readonly port: number },
  { timeoutMs, now }: { readonly timeoutMs: number; readonly now: () => number },
): Promise<number> {
  const url = `ntp://${host}:${port}`;
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const end = (act: () => void): void => {
      clearTimeout(timer);
      socket.close();
      act();
    };
    const fail = (error: CodedError): void => end(() => reject(error));
    const timer = setTimeout(() => fail(new CodedError('ERR_EVIDENCE_TIMEOUT', { url, timeoutMs })), timeoutMs);
    const request = Buffer.alloc(packetBytes);
    // Version 4, client; what we send as our time comes back as originate and ties the answer to the question.
    request[0] = 0x23;
    let sent = 0;
    socket.on('error', (error) =>
      fail(new CodedError('ERR_EVIDENCE_UNREACHABLE', { url, cause: error.name }, { cause: error })),
    );
    socket.on('message', (answer) => {
      const received = now();
      const offset = offsetOf(answer, request, sent, received);
      if (offset === undefined) fail(new CodedError('ERR_EVIDENCE_MALFORMED', { url, cause: 'SNTP' }));
      else end(() => resolve(offset));
    });
    socket.connect(port, host, () => {
      sent = now();
      writeTime(request, 40, sent);
      socket.send(request);
    });
  });
}

function offsetOf(answer: Buffer, request: Buffer, sent: number, received: number): number | undefined {
  if (answer.length < packetBytes) return undefined;
  const first = answer[0] ?? 0;
  const stratum = answer[1] ?? 0;
  const isServer = (first & 7) === 4;
  // A leap indicator of 3 and a stratum of 0 say that the server itself does not know the time.
  if (!isServer || first >> 6 === 3 || stratum === 0 || stratum > 15) return undefined;
  if (!answer.subarray(24, 32).equals(request.subarray(40, 48))) return undefined;
  const [arrived, left] = [readTime(answer, 32), readTime(answer, 40)];
  return (arrived - sent + (left - received)) / 2;
}

function writeTime(packet: Buffer, at: number, milliseconds: number): void {
  const seconds = Math.floor(milliseconds / 1000);
  packet.writeUInt32BE((seconds + epochOffset) % 2 ** 32, at);
  packet.writeUInt32BE(Math.floor(((milliseconds - seconds * 1000) / 1000) * 2 ** 32), at + 4);
}

/** Of the era that 2036 ends: RFC 4330 §3 reads a clear top bit as the next one. */
function readTime(packet: Buffer, at: number): number {
  const seconds = packet.readUInt32BE(at);
  const era = seconds >= 2 ** 31 ? 0 : 2 ** 32;
  return (seconds + era - epochOffset) * 1000 + (packet.readUInt32BE(at + 4) / 2 ** 32) * 1000;
}
