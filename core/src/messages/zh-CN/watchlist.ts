import type { watchlistErrors } from '../../errors/rows/watchlist.ts';
import type { WordsFor } from '../words.ts';

export const watchlistWords = {
  ERR_WATCHLIST_BLOCKED: '监管部门已限制使用此证书、企业、人员或介质（{entry}），请联系交易中心',
  ERR_WATCHLIST_STEP_UP: '须由交易中心核验身份并放行后再登录（{entry}）',
  ERR_REGISTRY_CERTIFICATE_INACTIVE: '交易中心已停用此证书（{certificate}，{state}），请联系交易中心',
  ERR_REGISTRY_COMPANY_CLOSED: '此企业在交易中心的登记已关闭（{company}），请联系交易中心',
} as const satisfies WordsFor<typeof watchlistErrors>;
