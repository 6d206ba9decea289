import type { sdkErrors } from '../../errors/rows/sdk.ts';
import type { WordsFor } from '../words.ts';

export const sdkWords = {
  ERR_SDK_AGENT_NOT_FOUND: '未检测到一锁通助手，请安装或启动后重试',
  ERR_SDK_CONNECTION_LOST: '与一锁通助手的连接已断开，请重试',
  ERR_SDK_TIMEOUT: '一锁通助手在 {timeoutMs} 毫秒内没有响应',
  ERR_SDK_PROTOCOL: '一锁通助手的应答无法识别：{detail}',
} as const satisfies WordsFor<typeof sdkErrors>;
