import type { tokenErrors } from '../../errors/rows/token.ts';
import type { WordsFor } from '../words.ts';

export const tokenWords = {
  ERR_TOKEN_PIN_INCORRECT: 'PIN 不正确（剩余次数：{retriesLeft}）',
  ERR_TOKEN_PIN_LOCKED: 'PIN 已锁定，请联系发证机构解锁',
  ERR_TOKEN_PIN_LENGTH: 'PIN 长度应为 {min} 至 {max} 位',
  ERR_TOKEN_PIN_CHARACTERS: '该介质的 PIN 只能由数字组成',
  ERR_TOKEN_REMOVED: '介质已拔出，请重新插入后再试',
  ERR_TOKEN_HANDLE_STALE: '该密钥句柄已失效（介质曾被拔出），请重新枚举证书',
  ERR_TOKEN_NOT_FOUND: '未找到介质，请插入后再试',
  ERR_TOKEN_KEY_NOT_FOUND: '介质中没有找到该密钥或证书',
  ERR_TOKEN_BUSY: '介质正忙，请稍后再试',
  ERR_TOKEN_IN_USE: '介质正由本机另一程序 {program}（进程 {pid}）使用，请稍后再试',
  ERR_TOKEN_SESSION_CLOSED: '密钥会话已关闭，请重新打开',
  ERR_TOKEN_ALGORITHM_UNSUPPORTED: '该介质不支持算法 {algorithm}',
  ERR_TOKEN_DATA_CORRUPT: '介质数据损坏',
  ERR_TOKEN_KEY_USAGE: '该密钥不能用于此操作，需要 {required}',
  ERR_TOKEN_NATIVE_FAILURE: '介质驱动返回错误 {api} {name}',
  ERR_TOKEN_CERTIFICATE_MISMATCH: '证书与介质内的密钥不匹配，未写入',
  ERR_TOKEN_FULL: '介质空间不足',
  ERR_TOKEN_PIN_WEAK: '新 PIN 过于简单或为出厂 PIN，请换一个',
  ERR_TOKEN_UNBLOCK_REFUSED: '发证机构的解锁应答与本介质的请求不符，PIN 未改动',
  ERR_TOKEN_FILE_NOT_FOUND: '介质中没有这个文件',
} as const satisfies WordsFor<typeof tokenErrors>;
