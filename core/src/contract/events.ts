import { defineEvent } from './define-event.ts';
import { DeviceSummary } from './schemas/device.ts';
import { exampleDevice, exampleKey, exampleRemoteSession, exampleSummary } from './schemas/examples.ts';
import { CallId, DeviceHandle, KeyHandle, RemoteSessionId } from './schemas/handles.ts';
import { closed, instant, integer, list, nullable, oneOf, text } from './schemas/primitives.ts';
import { RemoteSessionState } from './schemas/remote-session.ts';
import { KeyPurpose, keyPurposes } from './schemas/session.ts';
import { Reason } from './schemas/verdict.ts';

export const deviceInserted = defineEvent({
  number: 1,
  name: 'deviceInserted',
  titleZh: '介质插入',
  title: 'Device inserted',
  since: '1.0',
  firesWhenZh: '介质已可使用时（不是刚在总线上看到时）。',
  firesWhen: 'A device is usable, not merely seen on the bus.',
  repetition: 'once-per-cause',
  payload: closed({ device: DeviceSummary }),
  example: {
    device: {
      device: exampleDevice,
      generation: 2,
      kind: 'key',
      driver: 'soft',
      vendor: 'OneLock',
      model: 'soft token',
      label: '示例 UKey',
    },
  },
});

export const deviceRemoved = defineEvent({
  number: 2,
  name: 'deviceRemoved',
  titleZh: '介质拔出',
  title: 'Device removed',
  since: '1.0',
  firesWhenZh: '介质拔出时；此刻它的全部句柄已经失效。',
  firesWhen: 'A device was unplugged; its handles are already dead.',
  repetition: 'once-per-cause',
  payload: closed({
    device: DeviceHandle,
    generation: integer({ min: 0, max: 4_294_967_295 }, '已结束的插入代次', 'The generation that has ended'),
    label: text({ max: 128, min: 0 }, '标签', 'Label'),
  }),
  example: { device: exampleDevice, generation: 2, label: '示例 UKey' },
});

export const certificatesChanged = defineEvent({
  number: 3,
  name: 'certificatesChanged',
  titleZh: '证书变化',
  title: 'Certificates changed',
  since: '1.0',
  firesWhenZh: '证书写入、换发、即将到期（前 90、30、15、7 天）或被吊销时。',
  firesWhen: 'A certificate was written or renewed, is about to expire (90, 30, 15, 7 days before) or was revoked.',
  repetition: 'may-repeat',
  payload: closed({
    change: oneOf(['written', 'renewed', 'expiring', 'revoked', 'removed'], '变化', 'What changed'),
    key: KeyHandle,
    subject: text({ max: 1024, min: 0 }, '主体', 'Subject'),
    notAfter: instant('有效期止', 'Valid until'),
    daysLeft: nullable(
      integer({ min: 0, max: 36_500 }, '天数', 'Days'),
      '剩余天数；非到期提醒为 null',
      'Days left; null unless it is about to expire',
    ),
  }),
  example: {
    change: 'expiring',
    key: exampleKey,
    subject: exampleSummary.subject,
    notAfter: exampleSummary.notAfter,
    daysLeft: 30,
  },
});

export const keySessionChanged = defineEvent({
  number: 4,
  name: 'keySessionChanged',
  titleZh: '密钥会话变化',
  title: 'Key session changed',
  since: '1.0',
  firesWhenZh: '本网站的密钥会话打开、到期或关闭，或因锁屏、拔出而结束时。',
  firesWhen:
    'A key session of this origin was opened, expired or closed, or ended because the screen was locked or the device unplugged.',
  repetition: 'once-per-cause',
  payload: closed({
    key: KeyHandle,
    state: oneOf(['opened', 'closed'], '状态', 'State'),
    cause: oneOf(
      ['call', 'expired', 'device-removed', 'screen-locked', 'user', 'driver-stopped', 'token-logged-out'],
      '缘由：调用、到期、拔出、锁屏、用户、驱动停止、介质自行登出',
      'Cause: a call, expiry, unplug, locked screen, the person, a stopped driver, a token that logged out by itself',
    ),
    purposes: list(KeyPurpose, { max: keyPurposes.length, unique: true }, '用途', 'Purposes'),
    expiresAt: nullable(instant('时间', 'Time'), '到期时间；已关闭为 null', 'When it ends; null when closed'),
  }),
  example: { key: exampleKey, state: 'opened', cause: 'call', purposes: ['sign'], expiresAt: '2026-11-22T16:05:00Z' },
});

export const pinWarning = defineEvent({
  number: 5,
  name: 'pinWarning',
  titleZh: 'PIN 告警',
  title: 'PIN warning',
  since: '1.0',
  firesWhenZh: 'PIN 剩余次数偏低、已锁定，或仍在使用出厂 PIN 时。',
  firesWhen: 'Few retries are left, the PIN is locked, or the factory PIN is in use.',
  repetition: 'may-repeat',
  payload: closed({
    device: DeviceHandle,
    warning: oneOf(['retries-low', 'locked', 'default-pin'], '告警', 'Warning'),
    retriesLeft: nullable(
      integer({ min: 0, max: 1000 }, '次数', 'Count'),
      '剩余次数；未知为 null',
      'Retries left; null when unknown',
    ),
  }),
  example: { device: exampleDevice, warning: 'retries-low', retriesLeft: 2 },
});

export const operationProgress = defineEvent({
  number: 6,
  name: 'operationProgress',
  titleZh: '操作进度',
  title: 'Operation progress',
  since: '1.0',
  firesWhenZh: '耗时操作推进时：已完成与总量（字节或项数），附调用编号。每秒至多数次。',
  firesWhen: "Long work moves on: bytes or items done and total, with the call's id. A few times a second at most.",
  repetition: 'may-repeat',
  payload: closed({
    callId: CallId,
    unit: oneOf(['bytes', 'items'], '单位', 'Unit'),
    done: integer({ min: 0, max: 9_007_199_254_740_991 }, '已完成', 'Done'),
    total: nullable(
      integer({ min: 0, max: 9_007_199_254_740_991 }, '总量', 'Total'),
      '总量；未知为 null',
      'Total; null when unknown',
    ),
  }),
  example: { callId: 'c-7f3a', unit: 'bytes', done: 1_048_576, total: 2_147_483_648 },
});

export const remoteSessionChanged = defineEvent({
  number: 7,
  name: 'remoteSessionChanged',
  titleZh: '扫码会话变化',
  title: 'Remote session changed',
  since: '1.0',
  firesWhenZh: '扫码会话进入新状态时：已显示、已扫码、查看中、已同意、已拒绝、签名中、完成、失败、过期、取消。',
  firesWhen:
    'A remote session enters a state: shown, scanned, reviewing, approved, rejected, signing, done, failed, expired, cancelled.',
  repetition: 'once-per-cause',
  payload: closed({
    session: RemoteSessionId,
    state: RemoteSessionState,
    reason: nullable(Reason, '失败或拒绝的原因；其他为 null', 'Why it failed or was rejected; null otherwise'),
    at: instant('时间', 'When'),
  }),
  example: { session: exampleRemoteSession, state: 'scanned', reason: null, at: '2026-11-22T16:00:07Z' },
});

export const agentStatusChanged = defineEvent({
  number: 8,
  name: 'agentStatusChanged',
  titleZh: '代理状态变化',
  title: 'Agent status changed',
  since: '1.0',
  firesWhenZh: '驱动崩溃或重启、有更新待装、互认服务中断或恢复时。',
  firesWhen: 'A driver crashed or restarted, an update waits, the service was lost or is back.',
  repetition: 'may-repeat',
  payload: closed({
    change: oneOf(
      ['driver-crashed', 'driver-restarted', 'update-waiting', 'service-lost', 'service-restored'],
      '变化',
      'What changed',
    ),
    driver: nullable(
      text({ max: 64, pattern: '^[a-z0-9][a-z0-9-]*$' }, '驱动', 'Driver'),
      '哪个驱动；与驱动无关为 null',
      'Which driver; null when it is not about one',
    ),
    reason: nullable(Reason, '原因；没有为 null', 'Reason; null when there is none'),
  }),
  example: {
    change: 'driver-crashed',
    driver: 'softhsm2',
    reason: { code: 'ERR_DRIVER_CRASHED', params: { driver: 'softhsm2' } },
  },
});

/** The 8 events by name. */
export const events = {
  deviceInserted,
  deviceRemoved,
  certificatesChanged,
  keySessionChanged,
  pinWarning,
  operationProgress,
  remoteSessionChanged,
  agentStatusChanged,
} as const;
