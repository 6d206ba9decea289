import { calls, commonErrors, contractVersion, events, jsonRpcCode, sharedSchemas } from '@onelock/core/contract';
import { type ErrorCode, errorRegistry } from '@onelock/core/errors';
import { en } from '@onelock/core/messages';
import { callsInOrder, eventsInOrder } from './contract-order.ts';
import { withReferences } from './plain-schema.ts';

const components = '#/components/schemas/';

/** The interface as an OpenRPC 1.3 document. Events, which OpenRPC has no word for, stand under `x-events`. */
export function openRpcDocument(): object {
  return {
    openrpc: '1.3.2',
    info: {
      title: 'OneLock 一锁通: the unified interface',
      version: contractVersion,
      description: 'JSON-RPC 2.0 over a loopback WebSocket. Bytes are base64 (RFC 4648 §4).',
      license: { name: 'Apache-2.0' },
    },
    servers: [
      { name: 'agent', url: 'ws://127.0.0.1:18965/v1', description: 'Ports 18965 to 18968, subprotocol onelock.v1' },
    ],
    methods: callsInOrder.map(methodOf),
    'x-events': eventsInOrder.map(eventOf),
    components: {
      schemas: Object.fromEntries(
        Object.entries(sharedSchemas).map(([name, schema]) => [name, withReferences(schema, components)]),
      ),
      errors: Object.fromEntries(errorsInUse().map((code) => [code, errorOf(code)])),
    },
  };
}

function methodOf(call: (typeof callsInOrder)[number]): object {
  const params = call.params as { properties?: Record<string, unknown>; required?: readonly string[] };
  return {
    name: call.name,
    summary: call.title,
    description: call.summary,
    'x-number': call.number,
    'x-family': call.family,
    'x-consent': call.consent,
    'x-since': call.since,
    'x-clauses': call.clauses,
    'x-summary-zh': call.titleZh,
    'x-description-zh': call.summaryZh,
    paramStructure: 'by-name',
    params: Object.entries(params.properties ?? {}).map(([name, schema]) => ({
      name,
      required: params.required?.includes(name) ?? false,
      schema: withReferences(schema, components, false),
    })),
    result: { name: `${call.name}Result`, schema: withReferences(call.result, components) },
    errors: [...call.errors, ...commonErrors].map((code) => ({ $ref: `#/components/errors/${code}` })),
    examples: [
      {
        name: 'example',
        params: Object.entries(call.example.params as object).map(([name, value]) => ({ name, value })),
        result: { name: `${call.name}Result`, value: call.example.result },
      },
    ],
  };
}

function eventOf(event: (typeof eventsInOrder)[number]): object {
  return {
    name: event.name,
    summary: event.title,
    description: event.firesWhen,
    'x-number': event.number,
    'x-summary-zh': event.titleZh,
    'x-description-zh': event.firesWhenZh,
    'x-repetition': event.repetition,
    'x-since': event.since,
    payload: withReferences(event.payload, components),
    example: event.example,
  };
}

function errorsInUse(): readonly ErrorCode[] {
  const used = new Set<ErrorCode>([...commonErrors, ...Object.values(calls).flatMap((call) => call.errors)]);
  return [...used].sort();
}

function errorOf(code: ErrorCode): object {
  const row = errorRegistry[code];
  return {
    code: jsonRpcCode(code),
    message: code,
    data: { code, retriable: row.retriable, whoCanAct: row.whoCanAct, meaning: en[code] },
  };
}

/** Params, results and payloads as one JSON Schema document (2020-12), `$defs` shared. */
export function jsonSchemaDocument(): object {
  const defs = '#/$defs/';
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'OneLock 一锁通: parameters, results and payloads',
    version: contractVersion,
    calls: Object.fromEntries(
      callsInOrder.map((call) => [
        call.name,
        { params: withReferences(call.params, defs), result: withReferences(call.result, defs) },
      ]),
    ),
    events: Object.fromEntries(Object.values(events).map((event) => [event.name, withReferences(event.payload, defs)])),
    $defs: Object.fromEntries(
      Object.entries(sharedSchemas).map(([name, schema]) => [name, withReferences(schema, defs)]),
    ),
  };
}
