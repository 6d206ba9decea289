import { CodedError } from '../errors/coded-error.ts';
import { calls } from './calls.ts';
import { firstViolation } from './check-schema.ts';
import { type BytePath, bytePaths, fromWire, toWire } from './codec.ts';
import type { EventPayload, Params, Result, WireParams, WireResult } from './contract-types.ts';
import { events } from './events.ts';
import type { CallName, EventName } from './names.ts';

/*
 * Where base64 becomes bytes: at the door and nowhere else. The agent's transport calls `decodeParams` on what came in
 * and `encodeResult` on what goes out; everything between works on `Params<C>` and `Result<C>` with `Uint8Array`.
 */

/**
 * Checks parameters in wire form.
 * @throws {CodedError} ERR_CALL_PARAMS_INVALID { call, field, rule }: the first field that is wrong, as a JSON pointer
 */
export function validateParams<C extends CallName>(call: C, value: unknown): asserts value is WireParams<C> {
  const violation = firstViolation(calls[call].params, value);
  if (violation)
    throw new CodedError('ERR_CALL_PARAMS_INVALID', { call, field: violation.field, rule: violation.rule });
}

/**
 * Checks a result in wire form.
 * @throws {CodedError} ERR_CALL_RESULT_INVALID { call, field }
 */
export function validateResult<C extends CallName>(call: C, value: unknown): asserts value is WireResult<C> {
  const violation = firstViolation(calls[call].result, value);
  if (violation)
    throw new CodedError('ERR_CALL_RESULT_INVALID', { call, field: `${violation.field} ${violation.rule}` });
}

const paramPaths = new Map<CallName, readonly BytePath[]>();
const resultPaths = new Map<CallName, readonly BytePath[]>();

function cached(
  cache: Map<CallName, readonly BytePath[]>,
  call: CallName,
  part: 'params' | 'result',
): readonly BytePath[] {
  const known = cache.get(call);
  if (known) return known;
  const paths = bytePaths(calls[call][part]);
  cache.set(call, paths);
  return paths;
}

/** Wire to inside: validated, bytes decoded. @throws {CodedError} ERR_CALL_PARAMS_INVALID */
export function decodeParams<C extends CallName>(call: C, value: unknown): Params<C> {
  validateParams(call, value);
  return fromWire(value, cached(paramPaths, call, 'params')) as Params<C>;
}

/** Inside to wire, validated on the way out. @throws {CodedError} ERR_CALL_PARAMS_INVALID */
export function encodeParams<C extends CallName>(call: C, params: Params<C>): WireParams<C> {
  const value = toWire(params);
  validateParams(call, value);
  return value;
}

/** Inside to wire, validated on the way out: a handler that breaks the contract fails here. @throws {CodedError} ERR_CALL_RESULT_INVALID */
export function encodeResult<C extends CallName>(call: C, result: Result<C>): WireResult<C> {
  const value = toWire(result);
  validateResult(call, value);
  return value;
}

/** Wire to inside: validated, bytes decoded. Also the way to take a service's answer as a result. @throws {CodedError} ERR_CALL_RESULT_INVALID */
export function decodeResult<C extends CallName>(call: C, value: unknown): Result<C> {
  validateResult(call, value);
  return fromWire(value, cached(resultPaths, call, 'result')) as Result<C>;
}

/** Checks an event's payload before it is sent. @throws {CodedError} ERR_CALL_RESULT_INVALID { call: the event's name, field } */
export function validateEventPayload<E extends EventName>(
  name: E,
  payload: unknown,
): asserts payload is EventPayload<E> {
  const violation = firstViolation(events[name].payload, payload);
  if (violation)
    throw new CodedError('ERR_CALL_RESULT_INVALID', { call: name, field: `${violation.field} ${violation.rule}` });
}
