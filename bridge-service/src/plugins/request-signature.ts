import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { digestedBody } from '../services/http-signatures/content-digest.ts';
import type { RequestMessage } from '../services/http-signatures/signature-base.ts';

export const isSigned = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  headers['signature-input'] !== undefined || headers.signature !== undefined;

/** A request as signatures see it. Scheme and host are the proxy's word where the proxy is trusted. */
export function messageOf(request: FastifyRequest): RequestMessage {
  const { rawHeaders } = request.raw;
  return {
    method: request.method,
    scheme: request.protocol,
    authority: request.host,
    target: request.raw.url ?? '',
    hasBody: hasBody(request),
    // As they came: Node joins some fields and drops the second of others.
    values: (field) =>
      rawHeaders.filter((_value, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === field),
  };
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** The body of a signed request, which fails at its end when it is not the one that was signed. */
export function signedBody(request: FastifyRequest, payload: Readable): Readable {
  const body = digestedBody(String(request.headers['content-digest'] ?? ''));
  const counted = body as typeof body & { receivedEncodedLength?: number };
  counted.receivedEncodedLength = 0;
  payload.on('data', (chunk: Uint8Array) => {
    counted.receivedEncodedLength = (counted.receivedEncodedLength ?? 0) + chunk.length;
  });
  payload.on('error', (error) => body.destroy(error));
  return payload.pipe(body);
}
