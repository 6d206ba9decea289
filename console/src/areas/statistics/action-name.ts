import { actionText } from '../audit/action-words.ts';
import { say } from './words.ts';

const known = [
  ...(['login.judge', 'login.give-up', 'certificate.validate', 'signature.verify'] as const),
  ...(['ticket.verify', 'timestamp.verify'] as const),
] as const;

/** What is counted, in words; acts that are only seen among the reasons have those of the log. */
export function actionName(action: string): string {
  const found = known.find((one) => one === action);
  return found === undefined ? actionText(action) : say(`action.${found}`);
}
