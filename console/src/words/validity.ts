import { wordsOf } from './words-of.ts';

export const say = wordsOf(
  { expired: '已过期', early: '未生效', soon: '{days} 天后到期', today: '24 小时内到期' },
  { expired: 'Expired', early: 'Not yet valid', soon: 'expires in {days} days', today: 'expires within 24 hours' },
);
