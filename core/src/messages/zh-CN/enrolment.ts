import type { enrolmentErrors } from '../../errors/rows/enrolment.ts';
import type { WordsFor } from '../words.ts';

export const enrolmentWords = {
  ERR_ENROLMENT_NOT_OFFERED: '该 CA 目前不受理此项申请，请另选 CA 或产品',
  ERR_ENROLMENT_STATE: '申请处于「{state}」状态，不能这样处理',
  ERR_ENROLMENT_REQUEST_REFUSED: '证书申请（PKCS#10）不符合要求：{field}（{rule}）',
  ERR_ENROLMENT_KEY_USED: '这把密钥已用于另一份申请或证书，请重新生成密钥后再提交',
  ERR_ENROLMENT_PROOF_REFUSED: '旧证书对新申请的签名未通过核验（{cause}），不能续办',
  ERR_ENROLMENT_CA_UNREACHABLE: '暂时联系不上 CA（{cause}），将自动重试',
  ERR_ENROLMENT_CREDENTIAL_REFUSED: 'CA 不接受本服务的凭证（HTTP {status}），请运营人员检查 CA 受理设置',
  ERR_ENROLMENT_CREDENTIAL_MISSING: '缺少访问 CA 的凭证文件「{name}」，请运营人员放入密钥目录',
  ERR_ENROLMENT_CA_REFUSED: 'CA 未受理此申请（HTTP {status}）。CA 的说明：{detail}',
  ERR_ENROLMENT_OPERATOR_REFUSED: '申请已被退回：{note}',
  ERR_ENROLMENT_ANSWER_MALFORMED: 'CA 的应答无法读取（{cause}），未安装任何内容',
  ERR_ENROLMENT_ANSWER_MISMATCH: 'CA 签发的证书与申请不符：{field}（{cause}），未安装任何内容',
  ERR_ENROLMENT_OVERDUE: 'CA 超过 {hours} 小时没有结果，已转人工处理',
} as const satisfies WordsFor<typeof enrolmentErrors>;
