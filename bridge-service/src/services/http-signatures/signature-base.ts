import { CodedError } from '@onelock/core/errors';
import { type InnerList, writeInnerList, writeItem } from './structured-field.ts';

/** As much of a request as a signature can cover. */
export interface RequestMessage {
  readonly method: string;
  readonly scheme: string;
  /** Host and port as the client named them. */
  readonly authority: string;
  /** Path and query as they came. */
  readonly target: string;
  readonly hasBody: boolean;
  /** The values of a field, in order; empty when there is none. */
  readonly values: (field: string) => readonly string[];
}

const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443' };

/**
 * The text that is signed: RFC 9421 §2.5. Components with parameters (`;req`, `;sf`, `@query-param` …) are not spoken here.
 *
 * @throws {CodedError} ERR_AUTH_SIGNATURE_INVALID { rule } naming a component that is unknown, comes twice, or is not in the request
 */
export function signatureBase(list: InnerList, message: RequestMessage): string {
  const lines: string[] = [];
  const seen = new Set<string>();
  for (const { value: name, parameters } of list.items) {
    if (seen.has(name) || parameters.size > 0) throw refused(name);
    seen.add(name);
    lines.push(`${writeItem(name)}: ${componentOf(name, message)}`);
  }
  return [...lines, `"@signature-params": ${writeInnerList(list)}`].join('\n');
}

const refused = (name: string): CodedError =>
  new CodedError('ERR_AUTH_SIGNATURE_INVALID', { rule: `component ${name.slice(0, 60)}` });

function componentOf(name: string, message: RequestMessage): string {
  const { method, scheme, target, values } = message;
  const [path = '', ...query] = target.split('?');
  switch (name) {
    case '@method':
      return method;
    case '@scheme':
      return scheme;
    case '@authority':
      return authorityOf(message);
    case '@request-target':
      return target;
    case '@target-uri':
      return `${scheme}://${authorityOf(message)}${target}`;
    case '@path':
      return path;
    case '@query':
      return `?${query.join('?')}`;
  }
  if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) throw refused(name);
  const found = values(name);
  if (found.length === 0) throw refused(name);
  return found.map((value) => value.trim().replaceAll(/\r?\n[ \t]*/g, ' ')).join(', ');
}

/** In lower case, without the port that the scheme has anyway (RFC 9421 §2.2.3). */
function authorityOf({ authority, scheme }: RequestMessage): string {
  const lower = authority.toLowerCase();
  const port = `:${defaultPorts[scheme] ?? ''}`;
  return port !== ':' && lower.endsWith(port) ? lower.slice(0, -port.length) : lower;
}
