import Type, { type Static } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { DriverConfigSchema } from '../port/index.ts';
import { FailureBodySchema } from '../process/failure.ts';
import { DriverInfoSchema, type MethodName, methods } from './methods.ts';

/** The envelopes between the agent's side and the host process; what is inside a call is in methods.ts, what is signed goes by sign-frames.ts. */

const closed = { additionalProperties: false } as const;
const CallId = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

const StartSchema = Type.Object(
  {
    type: Type.Literal('start'),
    config: DriverConfigSchema,
    user: Type.Union([
      Type.Object({ uid: Type.Integer({ minimum: 1 }), gid: Type.Integer({ minimum: 1 }) }, closed),
      Type.Null(),
    ]),
  },
  closed,
);

const CallSchema = Type.Object(
  { type: Type.Literal('call'), id: CallId, method: Type.String({ maxLength: 32 }), params: Type.Unknown() },
  closed,
);

const ToHostSchema = Type.Union([CallSchema, StartSchema, Type.Object({ type: Type.Literal('close') }, closed)]);

const FromHostSchema = Type.Union([
  Type.Object({ type: Type.Literal('result'), id: CallId, value: Type.Unknown() }, closed),
  Type.Object({ type: Type.Literal('ready'), info: DriverInfoSchema }, closed),
  Type.Object({ type: Type.Literal('start-failed'), error: FailureBodySchema }, closed),
  Type.Object({ type: Type.Literal('failure'), id: CallId, error: FailureBodySchema }, closed),
  Type.Object({ type: Type.Literal('devices-changed') }, closed),
]);

export type ToHost = Static<typeof ToHostSchema>;
export type FromHost = Static<typeof FromHostSchema>;

export const toHost = Compile(ToHostSchema);
export const fromHost = Compile(FromHostSchema);

const checks = Object.fromEntries(
  Object.entries(methods).map(([name, { params, result }]) => [
    name,
    { params: Compile(params), result: Compile(result) },
  ]),
) as unknown as Record<MethodName, { readonly params: Validator; readonly result: Validator }>;

/** Whether a value is what the method takes. */
export function acceptsParams(method: MethodName, value: unknown): boolean {
  return checks[method].params.Check(value);
}

/** Whether a value is what the method answers. */
export function acceptsResult(method: MethodName, value: unknown): boolean {
  return checks[method].result.Check(value);
}

/** Where a value breaks the method's shape, for the one who called wrongly. */
export function firstParamsError(
  method: MethodName,
  value: unknown,
): { readonly field: string; readonly rule: string } {
  const first = checks[method].params.Errors(value)[0];
  return { field: first?.instancePath ?? '', rule: first?.message ?? 'does not match the schema' };
}
