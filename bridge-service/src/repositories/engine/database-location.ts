import { CodedError } from '@onelock/core/errors';

/** Where the service remembers: a SQLite file of its own, or a PostgreSQL that several nodes may share. */
export type DatabaseLocation =
  | { readonly engine: 'sqlite'; readonly file: string }
  | {
      readonly engine: 'postgres';
      /** postgres://user@host:port/database, or with `?host=/folder/of/the/socket`. */
      readonly url: string;
      /** Beside the address, so that the address may be shown. */
      readonly password?: string | undefined;
    };

/**
 * Reads a place as somebody wrote it: an address of PostgreSQL, else the name of a file.
 *
 * @throws {CodedError} ERR_CLI_USAGE for another scheme
 */
export function readDatabaseLocation(text: string): DatabaseLocation {
  if (/^postgres(?:ql)?:\/\//.test(text)) return { engine: 'postgres', url: text };
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) throw new CodedError('ERR_CLI_USAGE', { detail: 'postgres://… | FILE' });
  return { engine: 'sqlite', file: text };
}

/** For logs and people: never a password. */
export function describeLocation(location: DatabaseLocation): string {
  if (location.engine === 'sqlite') return location.file;
  const url = new URL(location.url);
  url.password = '';
  url.searchParams.delete('password');
  return url.toString();
}
