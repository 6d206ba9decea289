import type { callErrors } from '../../errors/rows/call.ts';
import type { WordsFor } from '../words.ts';

export const callWords = {
  ERR_CALL_UNKNOWN: '没有名为 {call} 的接口',
  ERR_CALL_UNSUPPORTED: '当前介质或版本尚不支持接口 {call}',
  ERR_CALL_PARAMS_INVALID: '接口 {call} 的参数 {field} 无效：{rule}',
  ERR_CALL_RESULT_INVALID: '接口 {call} 的返回值 {field} 不符合约定',
  ERR_CALL_PERMISSION_DENIED: '该网站没有调用 {call} 的权限',
  ERR_CALL_INTERRUPTED: '操作中断，已完成 {done}/{total}，插回同一介质后可继续',
} as const satisfies WordsFor<typeof callErrors>;
