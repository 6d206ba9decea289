import type { pathErrors } from '../../errors/rows/path.ts';
import type { WordsFor } from '../words.ts';

export const pathWords = {
  ERR_PATH_SIGNATURE_INVALID: '证书签名不正确：{subject}',
  ERR_PATH_EXPIRED: '证书已过期：{subject}，有效期至 {notAfter}',
  ERR_PATH_NOT_YET_VALID: '证书尚未生效：{subject}，{notBefore} 起有效',
  ERR_PATH_UNKNOWN_ISSUER: '找不到受信任的颁发机构：{issuer}',
  ERR_PATH_NAME_CHAINING: '证书链中的颁发者名称不衔接：{subject}',
  ERR_PATH_ISSUER_NOT_CA: '颁发者不是 CA 证书：{subject}',
  ERR_PATH_ISSUER_NOT_CERT_SIGNER: '颁发者证书不允许签发证书：{subject}',
  ERR_PATH_LENGTH_EXCEEDED: '证书路径超过允许长度：{subject}',
  ERR_PATH_CRITICAL_EXTENSION_UNKNOWN: '证书含有无法处理的关键扩展项 {oid}：{subject}',
  ERR_PATH_NAME_CONSTRAINT: '名称 {name} 超出颁发者的名称限制：{subject}',
  ERR_PATH_KEY_USAGE: '证书用途不符，需要 {required}：{subject}',
  ERR_PATH_EXTENDED_KEY_USAGE: '证书扩展用途不符，需要 {required}：{subject}',
  ERR_PATH_ALGORITHM_WEAK: '证书使用了不安全的算法 {algorithm}：{subject}',
  ERR_PATH_PROFILE_VIOLATION: '证书不符合规范（{rule}）：{subject}',
  ERR_PATH_POLICY: '证书策略不满足要求：{subject}',
  ERR_PATH_PEER_NAME_MISMATCH: '证书与名称 {expected} 不符',
  ERR_PATH_BUDGET_EXCEEDED: '证书路径过于复杂，超过处理上限（{limit}）',
} as const satisfies WordsFor<typeof pathErrors>;
