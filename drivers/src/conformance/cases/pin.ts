import { isCodedError } from '@onelock/core/errors';
import type { DeviceId, Pin, TokenDevice } from '../../port/index.ts';
import { type ConformanceCase, Departure, Unsupported } from '../conformance-case.ts';
import { lackOf, type Trial } from '../trial.ts';
import { fill, says } from '../words.ts';

/** So many tries must be left before one is spent on purpose. */
const leastTries = 3;

export const pinLife: ConformanceCase = {
  id: 'pin-life',
  title: says('PIN 的一生：计数、长度、修改、锁定、解锁', 'life of a PIN: count, length, change, lock, unblock'),
  topic: 'verify-pin',
  async run(trial) {
    const device = await trial.device();
    await describesItself(trial, device.id);
    await wipesWhatItGets(trial, device.id);
    await refusesImpossibleLength(trial, device.id);
    if (trial.may('spend-pin-tries')) await countsWrongOnes(trial, device.id);
    else trial.note(says('未试错误 PIN（未获许可）', 'no wrong PIN was tried: not permitted'));
    if (!trial.may('change-pin')) trial.note(says('未试修改 PIN（未获许可）', 'no change was tried: not permitted'));
    else if (!device.capabilities.includes('change-pin')) trial.note(lackOf(device, 'change-pin'));
    else await changesAndChangesBack(trial, device.id);
    if (!trial.may('lock-pin')) trial.note(says('未试锁定（未获许可）', 'it was not locked: not permitted'));
    else await locksAndUnblocks(trial, device);
  },
};

async function describesItself(trial: Trial, device: DeviceId): Promise<void> {
  trial.about('pin-status');
  const status = await trial.driver.pinStatus(device);
  const { length } = trial.subject.pin();
  if (status.locked) throw new Unsupported(says('PIN 已锁定', 'the PIN is locked'));
  trial.expect(
    status.minLength <= length && length <= status.maxLength,
    says('PIN 长度与所报范围不符', 'the PIN is not of the length that the device reports'),
  );
  if (status.isDefault === true) trial.note(says('仍为出厂 PIN', 'the factory PIN is still in use'));
}

async function wipesWhatItGets(trial: Trial, device: DeviceId): Promise<void> {
  trial.about('verify-pin');
  const pin = trial.subject.pin();
  await trial.driver.closeSession(await trial.driver.openSession(device, pin));
  trial.expect(
    pin.every((byte) => byte === 0),
    says('PIN 没有清除', 'the PIN was not overwritten'),
  );
}

async function refusesImpossibleLength(trial: Trial, device: DeviceId): Promise<void> {
  const before = await trial.driver.pinStatus(device);
  if (before.minLength < 2) return;
  await trial.refuses(
    trial.driver.openSession(device, Uint8Array.of(0x31) as Pin),
    ['ERR_TOKEN_PIN_LENGTH'],
    says('过短的 PIN 未被拒绝', 'a PIN that is too short was not refused'),
  );
  const after = await trial.driver.pinStatus(device);
  trial.expect(
    after.retriesLeft === before.retriesLeft,
    says('过短的 PIN 消耗了次数', 'a PIN of impossible length cost a try'),
  );
}

async function countsWrongOnes(trial: Trial, device: DeviceId): Promise<void> {
  const { driver, subject } = trial;
  const before = (await driver.pinStatus(device)).retriesLeft;
  if (before !== null && before < leastTries)
    return trial.note(says('剩余次数太少，未试错误 PIN', 'too few tries are left to spend one'));
  await trial.refuses(
    driver.openSession(device, wrong(subject.pin())),
    ['ERR_TOKEN_PIN_INCORRECT'],
    says('错误 PIN 被接受', 'a wrong PIN was accepted'),
  );
  trial.about('pin-status');
  const after = (await driver.pinStatus(device)).retriesLeft;
  const counted = fill(
    says('一次错误后次数由 {before} 变为 {after}', 'one wrong PIN took the count from {before} to {after}'),
    {
      before: String(before),
      after: String(after),
    },
  );
  trial.expect(before === null || after === before - 1, counted);
  trial.about('verify-pin');
  await trial.withSession(device, async () => {
    await trial.refuses(
      driver.openSession(device, wrong(subject.pin())),
      ['ERR_TOKEN_PIN_INCORRECT'],
      says('已解锁时接受了错误 PIN', 'a wrong PIN was accepted because the token was unlocked'),
    );
  });
  await driver.closeSession(await driver.openSession(device, subject.pin()));
  const restored = (await driver.pinStatus(device)).retriesLeft;
  trial.expect(restored === before, says('正确 PIN 后次数没有恢复', 'the right PIN did not give the tries back'));
}

async function changesAndChangesBack(trial: Trial, device: DeviceId): Promise<void> {
  const { driver, subject } = trial;
  trial.about('change-pin');
  const fresh = (): Pin => wrong(subject.pin(), 2);
  const [old, next] = [subject.pin(), fresh()];
  await driver.changePin(device, old, next);
  try {
    const wiped = [...old, ...next].every((byte) => byte === 0);
    trial.expect(wiped, says('PIN 没有清除', 'the PINs were not overwritten'));
    await trial.refuses(
      driver.openSession(device, subject.pin()),
      ['ERR_TOKEN_PIN_INCORRECT'],
      says('修改后旧 PIN 仍可用', 'the old PIN works after the change'),
    );
    await driver.closeSession(await driver.openSession(device, fresh()));
  } finally {
    await driver.changePin(device, fresh(), subject.pin());
  }
  await driver.closeSession(await driver.openSession(device, subject.pin()));
}

async function locksAndUnblocks(trial: Trial, device: TokenDevice): Promise<void> {
  const { driver, subject } = trial;
  if (!device.capabilities.includes('unblock-pin')) return trial.note(lackOf(device, 'unblock-pin'));
  if (subject.adminPin === undefined)
    return trial.note(says('未试锁定：没有管理员 PIN', 'it was not locked: no administrator PIN'));
  trial.about('unblock-pin');
  await administratorIsBelieved(trial, device.id, subject.adminPin);
  trial.about('verify-pin');
  if (await locks(trial, device.id)) await staysLocked(trial, device.id);
  else if (device.capabilities.includes('pin-retries'))
    throw new Departure(says('64 次错误后仍未锁定', 'not locked after 64 wrong PINs'));
  else trial.note(says('该介质不限制 PIN 错误次数', 'the token does not limit wrong PINs'));
  trial.about('unblock-pin');
  await driver.unblockPin(device.id, subject.adminPin(), subject.pin());
  await driver.closeSession(await driver.openSession(device.id, subject.pin()));
}

/** Before it is locked on purpose: a mistyped administrator's PIN would leave it so. */
async function administratorIsBelieved({ driver, subject }: Trial, device: DeviceId, admin: () => Pin): Promise<void> {
  try {
    await driver.unblockPin(device, admin(), subject.pin());
  } catch (error) {
    // Some devices unblock only what is locked.
    if (!isCodedError(error) || isRefusal(error.code)) throw error;
  }
}

const isRefusal = (code: string): boolean => code === 'ERR_TOKEN_PIN_INCORRECT' || code === 'ERR_TOKEN_PIN_LOCKED';

async function staysLocked(trial: Trial, device: DeviceId): Promise<void> {
  const { driver, subject } = trial;
  const accepted = says('锁定后仍接受 PIN', 'a locked device accepted a PIN');
  await trial.refuses(driver.openSession(device, subject.pin()), ['ERR_TOKEN_PIN_LOCKED'], accepted);
  trial.about('pin-status');
  const status = await driver.pinStatus(device);
  trial.expect(status.locked, says('没有报告已锁定', 'it does not say that it is locked'));
}

/** @returns false when wrong PINs never end */
async function locks(trial: Trial, device: DeviceId): Promise<boolean> {
  for (let tries = 0; tries < 64; tries += 1) {
    try {
      await trial.driver.openSession(device, wrong(trial.subject.pin()));
    } catch (error) {
      if (!isCodedError(error)) throw error;
      if (error.code === 'ERR_TOKEN_PIN_LOCKED') return true;
      if (error.code !== 'ERR_TOKEN_PIN_INCORRECT') throw error;
      continue;
    }
    throw new Departure(says('错误 PIN 被接受', 'a wrong PIN was accepted'));
  }
  return false;
}

/** Another PIN of the same length and the same kind of characters. */
function wrong(pin: Pin, by = 1): Pin {
  const last = pin.length - 1;
  const byte = pin[last] ?? 0x30;
  const isDigit = byte >= 0x30 && byte <= 0x39;
  pin[last] = isDigit ? 0x30 + ((byte - 0x30 + by) % 10) : byte ^ by;
  return pin;
}
