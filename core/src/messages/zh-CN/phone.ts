import type { phoneErrors } from '../../errors/rows/phone.ts';
import type { WordsFor } from '../words.ts';

export const phoneWords = {
  ERR_PHONE_UNKNOWN: '服务不认识这部手机，请在手机页面重新申请手机证书',
  ERR_PHONE_LOCKED: '口令连续输错次数过多，这张手机证书已锁定，请重新申请手机证书',
  ERR_PHONE_PIN_WRONG: '口令不正确，还可以再试 {left} 次',
  ERR_PHONE_CHECK_WRONG: '核对码与屏幕上的不同，还可以再试 {left} 次。如果您面前没有这块屏幕，请拒绝',
  ERR_PHONE_KEY_MISMATCH: '签名所用的证书不是这部手机的证书，未继续',
  ERR_PHONE_CODE_STALE: '这个二维码已经过时。请对准屏幕上正在变化的二维码直接扫描，不要扫截图或照片',
  ERR_PHONE_CODE_INVALID: '这个二维码或校验码不是本服务发出的，或者内容被改动过',
  ERR_PHONE_ORDER_UNKNOWN: '没有找到这次登录，可能已经结束，请核对校验码或刷新电脑上的页面',
  ERR_PHONE_ORDER_TAKEN: '这个二维码已被另一部手机打开。如果那不是您，请在电脑上取消并重新开始',
  ERR_PHONE_ORDER_EXPIRED: '这次登录已超时，请在电脑上换一个二维码',
  ERR_PHONE_ORDER_STATE: '这次登录处于「{state}」状态，不能这样操作',
  ERR_PHONE_ORDER_REQUIRED: '这是手机里的证书，只能在那部手机上扫描屏幕上的二维码、输入 PIN 后登录',
} as const satisfies WordsFor<typeof phoneErrors>;
