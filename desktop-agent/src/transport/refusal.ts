import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type CodedError, errorRegistry } from '@onelock/core/errors';

const reasonPhrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  429: 'Too Many Requests',
};

/** A refusal as it goes over HTTP: the code and its data, nothing about the inside. */
export function refusalBody(error: CodedError): string {
  return JSON.stringify({ code: error.code, params: error.params });
}

/** Refuses a plain HTTP request. */
export function refuseRequest(response: ServerResponse, error: CodedError): void {
  const body = refusalBody(error);
  response.writeHead(errorRegistry[error.code].httpStatus, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(body);
}

/** Refuses a WebSocket upgrade: an HTTP answer before any protocol switch, then the socket closes. */
export function refuseUpgrade(socket: Duplex, error: CodedError): void {
  const status = errorRegistry[error.code].httpStatus;
  const body = refusalBody(error);
  socket.end(
    [
      `HTTP/1.1 ${status} ${reasonPhrases[status] ?? 'Refused'}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
