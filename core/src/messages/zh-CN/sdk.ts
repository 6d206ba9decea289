import type { sdkErrors } from '../../errors/rows/sdk.ts';
import type { WordsFor } from '../words.ts';

export const sdkWords = {
  ERR_SDK_AGENT_NOT_FOUND: '未检测到一锁通助手，请安装或启动后重试',
  ERR_SDK_BLOCKED_BY_CSP:
    '本网站的内容安全策略（{directive}）不允许连接一锁通助手，请网站管理员把助手地址加入 connect-src',
  ERR_SDK_LOCAL_NETWORK_DENIED:
    '浏览器已禁止本网站访问本机应用：点击地址栏左侧图标，在网站设置中允许“访问本地网络/本机应用”后刷新页面',
  ERR_SDK_CLOSED: '页面已主动关闭与一锁通助手的连接',
  ERR_SDK_ABORTED: '页面已放弃本次操作',
  ERR_SDK_CONNECTION_LOST: '与一锁通助手的连接已断开，请重试',
  ERR_SDK_TIMEOUT: '一锁通助手在 {timeoutMs} 毫秒内没有响应',
  ERR_SDK_PROTOCOL: '一锁通助手的应答无法识别：{detail}',
} as const satisfies WordsFor<typeof sdkErrors>;
