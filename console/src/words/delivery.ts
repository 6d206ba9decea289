import { codeText } from './codes.ts';
import { wordsOf } from './words-of.ts';

/** Words about messages to addresses of others. */
export const say = wordsOf(
  {
    messages: '投递记录',
    'messages.none': '没有投递记录',
    type: '事件',
    'message.pending': '待投递',
    'message.delivered': '已送达',
    'message.dead': '已放弃',
    attempts: '次数',
    at: '发生',
    done: '送达',
    next: '下次',
    resend: '重新投递',
    resent: '已重新排入投递',
    ERR_EVIDENCE_STATUS: '对方的应答不是 200',
    ERR_EVIDENCE_TIMEOUT: '对方没有及时应答',
    ERR_EVIDENCE_UNREACHABLE: '连不上对方',
    ERR_EVIDENCE_ADDRESS_REFUSED: '地址不在允许出网的范围内',
    ERR_EVIDENCE_URL_UNSUPPORTED: '地址不能用',
    ERR_EVIDENCE_TOO_LARGE: '对方的应答过长',
    ERR_REQUEST_NOT_FOUND: '回调已移除',
  },
  {
    messages: 'Deliveries',
    'messages.none': 'Nothing was delivered yet',
    type: 'Event',
    'message.pending': 'Waiting',
    'message.delivered': 'Delivered',
    'message.dead': 'Given up',
    attempts: 'Tries',
    at: 'Happened',
    done: 'Delivered',
    next: 'next',
    resend: 'Send again',
    resent: 'On its way again',
    ERR_EVIDENCE_STATUS: 'The answer was not 200',
    ERR_EVIDENCE_TIMEOUT: 'No answer in time',
    ERR_EVIDENCE_UNREACHABLE: 'Cannot be reached',
    ERR_EVIDENCE_ADDRESS_REFUSED: 'The address is in no network that may be reached',
    ERR_EVIDENCE_URL_UNSUPPORTED: 'The address cannot be used',
    ERR_EVIDENCE_TOO_LARGE: 'The answer was too long',
    ERR_REQUEST_NOT_FOUND: 'The webhook was removed',
  },
);

const known = [
  ...(['ERR_EVIDENCE_STATUS', 'ERR_EVIDENCE_TIMEOUT', 'ERR_EVIDENCE_UNREACHABLE'] as const),
  ...(['ERR_EVIDENCE_ADDRESS_REFUSED', 'ERR_EVIDENCE_URL_UNSUPPORTED', 'ERR_EVIDENCE_TOO_LARGE'] as const),
  ...(['ERR_REQUEST_NOT_FOUND'] as const),
] as const;

/** Why a message could not be delivered; the service keeps the code alone. */
export function deliveryText(code: string): string {
  const one = known.find((name) => name === code);
  return one === undefined ? codeText(code) : say(one);
}
