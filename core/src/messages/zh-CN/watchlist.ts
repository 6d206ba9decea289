import type { watchlistErrors } from '../../errors/rows/watchlist.ts';
import type { WordsFor } from '../words.ts';

export const watchlistWords = {
  ERR_WATCHLIST_BLOCKED: '监管部门已限制使用此证书、企业、人员或介质（{entry}），请联系交易中心',
  ERR_WATCHLIST_STEP_UP: '须由交易中心核验身份并放行后再登录（{entry}）',
} as const satisfies WordsFor<typeof watchlistErrors>;
