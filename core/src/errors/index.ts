export {
  CodedError,
  type CodedErrorOptions,
  type ErrorParams,
  isCodedError,
  isErrorCode,
  type NativeError,
} from './coded-error.ts';
export { type ErrorCode, errorRegistry } from './registry.ts';
export type { ErrorRow, WhoCanAct } from './row.ts';
