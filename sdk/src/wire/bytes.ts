import { bytesFromBase64, bytesToBase64 } from './base64.ts';

/** Where bytes stand in a value: names joined by dots, `*` for every item of a list, e.g. `chain.*`. */
export type BytePath = string;

/** Tells where a value does not fit, as a JSON pointer. */
export class WrongBytes extends Error {
  readonly field: string;

  constructor(field: string) {
    super(field);
    this.field = field;
  }
}

/** Every `Uint8Array` at these places becomes base64. @throws {WrongBytes} where something else than bytes stands */
export function bytesToWire(value: unknown, paths: readonly BytePath[]): unknown {
  return changeAll(value, paths, (bytes, field) => {
    if (!isBytes(bytes)) throw new WrongBytes(field);
    return bytesToBase64(bytes);
  });
}

/** The inverse. @throws {WrongBytes} where something else than base64 stands */
export function bytesFromWire(value: unknown, paths: readonly BytePath[]): unknown {
  return changeAll(value, paths, (text, field) => {
    const bytes = typeof text === 'string' ? bytesFromBase64(text) : null;
    if (bytes === null) throw new WrongBytes(field);
    return bytes;
  });
}

/** Also true for bytes that were made in another frame of the page, which `instanceof` would refuse. */
function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === '[object Uint8Array]';
}

type Change = (value: unknown, field: string) => unknown;

function changeAll(value: unknown, paths: readonly BytePath[], change: Change): unknown {
  return paths.reduce((current, path) => changeAt(current, path.split('.'), '', change), value);
}

/** A copy with one path changed. What is absent or null stays so: whether it may be is the agent's question. */
function changeAt(value: unknown, [step, ...rest]: readonly string[], field: string, change: Change): unknown {
  if (value === undefined || value === null) return value;
  if (step === undefined || step === '') return change(value, field);
  if (typeof value !== 'object') return value;
  if (step === '*')
    return Array.isArray(value) ? value.map((item, at) => changeAt(item, rest, `${field}/${at}`, change)) : value;
  if (!Object.hasOwn(value, step)) return value;
  const part = (value as Readonly<Record<string, unknown>>)[step];
  return { ...value, [step]: changeAt(part, rest, `${field}/${step}`, change) };
}
