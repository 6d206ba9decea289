import type { driverErrors } from '../../errors/rows/driver.ts';
import type { WordsFor } from '../words.ts';

export const driverWords = {
  ERR_DRIVER_CRASHED: '驱动 {driver} 异常退出，已自动重启，请重试',
  ERR_DRIVER_TIMEOUT: '驱动 {driver} 在 {timeoutMs} 毫秒内没有响应，已自动重启',
  ERR_DRIVER_NOT_INSTALLED: '驱动 {driver} 未安装或无法加载：{detail}',
  ERR_DRIVER_PROTOCOL: '驱动进程 {driver} 的应答不符合约定：{detail}',
  ERR_DRIVER_CONFIG_INVALID: '驱动配置有误：{field} {rule}',
  ERR_DRIVER_CLOSED: '驱动 {driver} 已停止，请重新启动客户端后再试',
  ERR_DRIVER_LIMIT_EXCEEDED: '数据超过驱动处理上限 {limit}',
} as const satisfies WordsFor<typeof driverErrors>;
