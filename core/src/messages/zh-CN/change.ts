import type { changeErrors } from '../../errors/rows/change.ts';
import type { WordsFor } from '../words.ts';

export const changeWords = {
  ERR_CHANGE_SET_REQUIRED: '此项变更须以变更单提出，由另一人批准',
  ERR_CHANGE_FROZEN: '开标期间冻结变更（{opening}），{until} 之后再试；紧急变更须由两位他人批准',
  ERR_CHANGE_SAME_PERSON: '提出人不能批准自己的变更单，同一人也不能批准两次',
  ERR_CHANGE_STATE: '变更单处于「{state}」状态，不能这样处理',
  ERR_CHANGE_OUTDATED: '内容已有变动（{field}），请重新查看后再决定',
  ERR_CHANGE_SIGNATURE: '批准签名无效：{reason}',
} as const satisfies WordsFor<typeof changeErrors>;
