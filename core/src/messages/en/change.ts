import type { changeErrors } from '../../errors/rows/change.ts';
import type { WordsFor } from '../words.ts';

export const changeWords = {
  ERR_CHANGE_SET_REQUIRED: 'This change has to be proposed as a change set and approved by another person',
  ERR_CHANGE_FROZEN:
    'Changes are frozen for a bid opening ({opening}); try again after {until}. An urgent change needs the approval of two other people',
  ERR_CHANGE_SAME_PERSON: 'Nobody approves a change set of their own, and nobody approves one twice',
  ERR_CHANGE_STATE: 'The change set is {state}, and this cannot be done to it',
  ERR_CHANGE_OUTDATED: 'Something has changed meanwhile ({field}): look again before you decide',
  ERR_CHANGE_SIGNATURE: 'The signature of the approval is not valid: {reason}',
} as const satisfies WordsFor<typeof changeErrors>;
