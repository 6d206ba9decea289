import { bytePaths, type CallDefinition } from '@onelock/core/contract';

const handle = /^[kdfsr]1_/;

/** Base64 longer than this is cut on a page; the OpenRPC document has it whole. */
const shownCharacters = 48;

/** The example's parameters as a program would write them: bytes and handles are variables of the field's name. */
export function sdkExample(call: CallDefinition): string {
  const paths = new Set(bytePaths(call.params));
  const empty = Object.keys(call.example.params as object).length === 0;
  const parameters = empty ? '' : literal(call.example.params, [], paths, '');
  const fields = Object.keys(call.example.result as object);
  const result = fields.length <= 4 ? `{ ${fields.join(', ')} }` : 'result';
  return `const ${result} = await onelock.${call.name}(${parameters});`;
}

function literal(value: unknown, path: readonly string[], bytes: ReadonlySet<string>, indent: string): string {
  if (bytes.has(path.join('.')) || (typeof value === 'string' && handle.test(value))) return variable(path);
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, [...path, '*'], bytes, indent)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? quoted(value) : String(value);
  const fields = Object.entries(value).map(([key, field]) => {
    const text = literal(field, [...path, key], bytes, `${indent}  `);
    return text === key ? key : `${key}: ${text}`;
  });
  const line = `{ ${fields.join(', ')} }`;
  if (path.length > 0 && line.length + indent.length < 90 && !line.includes('\n')) return line;
  return `{\n${fields.map((field) => `${indent}  ${field},\n`).join('')}${indent}}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function variable(path: readonly string[]): string {
  const name = path.findLast((step) => step !== '*') ?? 'value';
  return path.at(-1) === '*' ? name.replace(/s$/, '') : name;
}

/** The exchange on the wire, long base64 cut. */
export function wireExample(call: CallDefinition): { readonly request: string; readonly response: string } {
  const id = 'c-1';
  return {
    request: json({ jsonrpc: '2.0', id, method: call.name, params: call.example.params }),
    response: json({ jsonrpc: '2.0', id, result: call.example.result }),
  };
}

export function json(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, field) =>
      typeof field === 'string' && field.length > shownCharacters && /^[A-Za-z0-9+/]+={0,2}$/.test(field)
        ? `${field.slice(0, shownCharacters)}…`
        : field,
    2,
  );
}
