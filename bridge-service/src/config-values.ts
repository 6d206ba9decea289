// The texts of configuration values, read into their types. Each reader throws a RuleError naming the rule.
import { isIP } from 'node:net';
import path from 'node:path';
import { isLoopback } from './loopback.ts';

/** A text breaks the rule that the message names. */
export class RuleError extends Error {}

export const text = (value: string): string => value;
export const optionalPath = (value: string): string | null => (value === '' ? null : path.resolve(value));
export const postgresAddress = (value: string): string | null => {
  if (value === '') return null;
  if (!/^postgres(?:ql)?:\/\//.test(value) || !URL.canParse(value))
    throw new RuleError('postgres://user@host/database');
  // It would stand in the environment, in process lists and in whatever prints an address.
  if (hasPassword(value)) throw new RuleError('no password in the address: ONELOCK_SERVICE_DATABASE_PASSWORD_FILE');
  return value;
};
export const hasPassword = (address: string): boolean => {
  if (!URL.canParse(address)) return false;
  const { password, searchParams } = new URL(address);
  return password !== '' || searchParams.has('password');
};
export const flag = (value: string): boolean => {
  if (value === '1' || value === 'true') return true;
  if (value === '0' || value === 'false' || value === '') return false;
  throw new RuleError('0 | 1');
};
export const oneOf =
  <const T extends string>(...allowed: readonly T[]) =>
  (value: string): T => {
    const found = allowed.find((item) => item === value);
    if (found === undefined) throw new RuleError(allowed.join(' | '));
    return found;
  };
export const integer =
  (min: number, max: number) =>
  (value: string): number => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max) throw new RuleError(`${min} … ${max}`);
    return number;
  };
export const paths = (value: string): readonly string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => path.resolve(item));
export const addresses = (value: string): readonly string[] => {
  const list = value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  for (const item of list) {
    const [address = '', bits, ...rest] = item.split('/');
    const version = isIP(address);
    const widest = version === 4 ? 32 : 128;
    if (version === 0 || rest.length > 0 || (bits !== undefined && (!/^\d+$/.test(bits) || Number(bits) > widest)))
      throw new RuleError('IP address or CIDR, comma-separated');
  }
  return list;
};

export const oid = (value: string): string => {
  if (!/^[0-2](\.(0|[1-9]\d{0,38})){1,30}$/.test(value)) throw new RuleError('OID');
  return value;
};
export const hosts = (value: string): readonly string[] => {
  const list = value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  for (const item of list)
    if (!/^(\[[0-9a-f:]+\]|[\w.-]+)(:\d{1,5})?$/i.test(item)) throw new RuleError('host[:port], comma-separated');
  return list;
};

export const proxyAddress = (value: string): string | null => {
  if (value === '') return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || url.protocol !== 'http:' || url.origin !== value.replace(/\/$/, ''))
    throw new RuleError('http://host:port');
  return url.origin;
};

export const publicOrigin = (value: string): string | null => {
  if (value === '') return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || url.origin !== value.replace(/\/$/, '') || !/^https?:$/.test(url.protocol))
    throw new RuleError('https://host[:port]');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) throw new RuleError('https beyond this machine');
  return url.origin;
};
export const ports = (value: string): readonly number[] => {
  const list = value.split(',').map((item) => item.trim());
  return list.map((item) => integer(1, 65_535)(item));
};
