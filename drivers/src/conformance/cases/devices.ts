import type { DeviceId, SessionId } from '../../port/index.ts';
import { type ConformanceCase, Unsupported } from '../conformance-case.ts';
import type { Trial } from '../trial.ts';
import { fill, says } from '../words.ts';

/** Generous: how soon it was is told, and a machine under load is no fault of the driver. */
const noticeWithinMs = 60_000;
const none = '00000000-0000-4000-8000-000000000000' as SessionId;

export const listing: ConformanceCase = {
  id: 'listing',
  title: says('列出介质与证书（无需 PIN）', 'list device and certificates without a PIN'),
  topic: 'enumerate',
  needsPin: false,
  async run(trial) {
    const device = await trial.device();
    trial.about('device-info');
    trial.expect(device.serialNumber.trim() !== '', says('没有序列号', 'no serial number'));
    trial.expect(device.insertion > 0, says('没有插入计数', 'no count of insertions'));
    trial.expect(device.capabilities.length > 0, says('没有任何能力', 'no capability at all'));
    for (const capability of trial.subject.declared ?? [])
      trial.expect(
        device.capabilities.includes(capability),
        fill(
          says('清单声明了 {capability}，介质没有', 'the manifest declares {capability}, and the device has it not'),
          {
            capability,
          },
        ),
      );
    trial.about('identities');
    const [once, again] = [await idsOf(trial, device.id), await idsOf(trial, device.id)];
    trial.expect(new Set(once).size === once.length, says('证书容器标识重复', 'two identities have one id'));
    trial.expect(once.join() === again.join(), says('两次列出的结果不同', 'two listings differ'));
    trial.about('certificate');
    const keys = await trial.signingKeys(device.id);
    trial.expect(keys.length > 0, says('没有可用的签名证书', 'no signing certificate that can be used'));
  },
};

async function idsOf({ driver }: Trial, device: DeviceId): Promise<readonly string[]> {
  return (await driver.listIdentities(device)).map(({ id }) => id);
}

export const randomBytes: ConformanceCase = {
  id: 'random',
  title: says('随机数', 'random bytes'),
  topic: 'random',
  needsPin: false,
  async run(trial) {
    const device = await trial.device();
    trial.require(device, 'random');
    const [one, other] = [await trial.driver.random(device.id, 32), await trial.driver.random(device.id, 32)];
    trial.expect(one.length === 32 && other.length === 32, says('长度不对', 'another length than was asked for'));
    trial.expect(
      one.some((byte, at) => byte !== other[at]),
      says('两次相同', 'the same bytes twice'),
    );
    const long = await trial.driver.random(device.id, 1000);
    trial.expect(long.length === 1000 && new Set(long).size > 128, says('不像随机数', 'bytes that do not look random'));
  },
};

export const twoKeys: ConformanceCase = {
  id: 'two-keys',
  title: says('同时插入两个介质，互不干扰', 'two devices at once, neither in the way of the other'),
  topic: 'enumerate',
  async run(trial) {
    const { second } = trial.subject;
    if (second === undefined) throw new Unsupported(says('没有指定第二只介质', 'no second device was named'));
    const otherDriver = second.driver ?? trial.driver;
    const device = await trial.device();
    const other = (await otherDriver.listDevices()).find((each) => each.serialNumber === second.serialNumber);
    if (other === undefined) throw new Unsupported(says('第二个介质不在', 'the second device is not there'));
    trial.expect(
      otherDriver !== trial.driver || other.id !== device.id,
      says('两个介质标识相同', 'both devices have one id'),
    );
    const [key] = await trial.signingKeys(device.id);
    const [otherKey] = await trial.signingKeys(other.id, otherDriver);
    if (key === undefined || otherKey === undefined)
      throw new Unsupported(says('没有签名证书', 'no signing certificate'));
    await trial.withSession(device.id, async (session) => {
      const otherSession = await otherDriver.openSession(other.id, second.pin());
      const [mine, theirs] = await Promise.all([
        trial.signs(session, key),
        trial.signs(otherSession, otherKey, undefined, otherDriver),
      ]);
      trial.about('handles');
      trial.expect(mine && theirs, says('签名与证书不符', 'a signature is not of its certificate'));
      await otherDriver.closeSession(otherSession);
      trial.expect(
        await trial.signs(session, key),
        says('关闭另一介质后不能签名', 'no signature after the other was closed'),
      );
    });
  },
};

export const unplug: ConformanceCase = {
  id: 'unplug',
  title: says('拔出与重新插入', 'unplug and re-insert'),
  topic: 'events',
  async run(trial) {
    const { hands, serialNumber } = trial.subject;
    if (hands === undefined) throw new Unsupported(says('无人拔插', 'nobody to pull it out'));
    const { driver } = trial;
    const before = await trial.device();
    const [key] = await trial.signingKeys(before.id);
    const session = await driver.openSession(before.id, trial.subject.pin());
    const watch = watchChanges(driver);
    const patienceMs = hands.patienceMs ?? noticeWithinMs;
    const isPresent = async (): Promise<boolean> =>
      (await driver.listDevices()).some((each) => each.serialNumber === (serialNumber ?? before.serialNumber));
    try {
      await hands.remove();
      const left = await watch.next(patienceMs);
      trial.expect(left !== null, says('拔出后没有事件', 'no event after it was pulled out'));
      await settle(async () => !(await isPresent()));
      trial.expect(!(await isPresent()), says('拔出后仍在列表中', 'still listed after it was pulled out'));
      if (key !== undefined) {
        trial.about('removed');
        await trial.refuses(
          trial.signs(session, key),
          ['ERR_TOKEN_REMOVED', 'ERR_TOKEN_SESSION_CLOSED'],
          says('拔出后仍能签名', 'it signs although it was pulled out'),
        );
      }
      trial.about('events');
      watch.forget();
      await hands.restore();
      const came = await watch.next(patienceMs);
      trial.expect(came !== null, says('插入后没有事件', 'no event after it was put back'));
      await settle(isPresent);
      const after = await trial.device();
      trial.expect(
        after.insertion > before.insertion,
        says('插入计数没有增加', 'the count of insertions did not grow'),
      );
      if (key !== undefined) {
        trial.about('handles');
        await trial.refuses(
          trial.signs(session, key),
          ['ERR_TOKEN_REMOVED', 'ERR_TOKEN_SESSION_CLOSED'],
          says('重新插入后旧会话仍可用', 'the old session works after re-insertion'),
        );
        await driver.closeSession(session);
        const works = await trial.withSession(after.id, (fresh) => trial.signs(fresh, key));
        trial.expect(works, says('重新插入后不能签名', 'no good signature after re-insertion'));
      }
      if (hands.patienceMs !== undefined) return;
      trial.note(
        fill(says('事件：拔出 {left} 毫秒，插入 {came} 毫秒', 'events: removal {left} ms, insertion {came} ms'), {
          left: Math.round(left ?? 0),
          came: Math.round(came ?? 0),
        }),
      );
    } finally {
      watch.stop();
    }
  },
};

function watchChanges(driver: Trial['driver']) {
  let changed = 0;
  let seen = 0;
  const stop = driver.onDevicesChanged(() => {
    changed += 1;
  });
  return {
    stop,
    /** Changes up to now are of what was before. */
    forget: (): void => {
      seen = changed;
    },
    /** Milliseconds until the next change, or null when there is none in time. */
    async next(withinMs: number): Promise<number | null> {
      const start = performance.now();
      while (changed === seen) {
        if (performance.now() - start > withinMs) return null;
        await pause();
      }
      seen = changed;
      return performance.now() - start;
    },
  };
}

/** Some systems tell of a change a moment before it can be listed. */
async function settle(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + noticeWithinMs;
  while (!(await condition()) && performance.now() < end) await pause();
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

export const strangers: ConformanceCase = {
  id: 'strangers',
  title: says('不存在的介质、密钥与会话', 'device, key and session that do not exist'),
  topic: 'handles',
  async run(trial) {
    const { driver } = trial;
    const device = await trial.device();
    const [key] = await trial.signingKeys(device.id);
    const nowhere = 'nowhere' as DeviceId;
    trial.about('enumerate');
    const listed = says('没有报告介质不存在', 'no word that there is no such device');
    await trial.refuses(driver.listIdentities(nowhere), ['ERR_TOKEN_NOT_FOUND'], listed);
    await trial.refuses(driver.openSession(nowhere, trial.subject.pin()), ['ERR_TOKEN_NOT_FOUND'], listed);
    if (key === undefined) return;
    trial.about('handles');
    const input = { kind: 'message', bytes: Uint8Array.of(1) } as const;
    await trial.refuses(
      driver.sign(none, key.identity.id, key.algorithm, input),
      ['ERR_TOKEN_SESSION_CLOSED'],
      says('不存在的会话能签名', 'a session that does not exist signs'),
    );
    await trial.withSession(device.id, async (session) => {
      trial.about('identities');
      for (const id of ['ff', 'no such key'])
        await trial.refuses(
          driver.sign(session, id, key.algorithm, input),
          ['ERR_TOKEN_KEY_NOT_FOUND'],
          says('不存在的密钥能签名', 'a key that does not exist signs'),
        );
    });
  },
};

export const deviceCases: readonly ConformanceCase[] = [listing, randomBytes, strangers];
