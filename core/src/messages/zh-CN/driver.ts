import type { driverErrors } from '../../errors/rows/driver.ts';
import type { WordsFor } from '../words.ts';

export const driverWords = {
  ERR_DRIVER_CRASHED: '驱动 {driver} 异常退出，已自动重启，请重试',
  ERR_DRIVER_TIMEOUT: '驱动 {driver} 在 {timeoutMs} 毫秒内没有响应，已自动重启',
  ERR_DRIVER_NOT_INSTALLED: '驱动 {driver} 未安装或无法加载：{detail}',
  ERR_DRIVER_PROTOCOL: '驱动进程 {driver} 的应答不符合约定：{detail}',
  ERR_DRIVER_CONFIG_INVALID: '驱动配置有误：{field} {rule}',
  ERR_DRIVER_CLOSED: '驱动 {driver} 已停止，请重新启动客户端后再试',
  ERR_DRIVER_IN_USE: '驱动 {driver} 正由 {program}（进程 {pid}）使用，请先关闭它再试',
  ERR_DRIVER_LIMIT_EXCEEDED: '数据超过驱动处理上限 {limit}',
  ERR_DRIVER_MANIFEST_MALFORMED: '驱动清单或目录的内容不合规范：{field} {rule}',
  ERR_DRIVER_MANIFEST_UNSIGNED: '驱动清单或目录没有签名，不予采用',
  ERR_DRIVER_MANIFEST_UNTRUSTED: '驱动清单或目录的签名不可信（{reason}），不予采用',
  ERR_DRIVER_VERSION_ROLLBACK: '{name} 的版本 {version} 不高于本机已采用的版本 {known}，不予采用',
  ERR_DRIVER_RECALLED: '驱动 {driver} 已被召回：{reason}',
  ERR_DRIVER_UNKNOWN: '驱动目录中没有 {driver}',
  ERR_DRIVER_SYSTEM_UNSUPPORTED: '驱动 {driver} 不支持本机系统 {system}',
  ERR_DRIVER_LIBRARY_ALTERED: '驱动 {driver} 的库文件 {file} 与发布者签名的任何版本都不一致，已拒绝加载',
  ERR_DRIVER_LIBRARY_UNSAFE: '驱动 {driver} 的库文件 {file} 可被他人改动，已拒绝加载：{rule}',
} as const satisfies WordsFor<typeof driverErrors>;
