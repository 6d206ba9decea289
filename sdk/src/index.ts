export type { CallName, EventName, EventPayload, Params, Result } from '@onelock/core/contract';
export type { AgentInfo, Calls, OneLockClient } from './client.ts';
export { connect } from './connect.ts';
export { type Diagnosis, diagnose, type FailingLayer } from './diagnose.ts';
export type { PageEnvironment } from './environment.ts';
export {
  type ErrorCode,
  type ErrorParams,
  isOneLockError,
  type NativeError,
  OneLockError,
  type WhoCanAct,
} from './errors.ts';
export type { EventListenerFor } from './events.ts';
export type { CallOptions, ConnectionState, ConnectOptions, ReconnectPolicy } from './options.ts';
export {
  type AuthenticateRequest,
  authenticate,
  type LoginToken,
  type SignMessageRequest,
  signMessage,
} from './shortcuts.ts';
export type { ReceivedStream, StreamSource, StreamTarget } from './streams.ts';
export { type SentTicket, ticketFromServer } from './tickets.ts';
export type { WebSocketConstructor, WebSocketLike } from './transport/socket.ts';
export { bytesFromBase64, bytesToBase64 } from './wire/base64.ts';
