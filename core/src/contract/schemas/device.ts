import { DeviceHandle } from './handles.ts';
import { closed, integer, nullable, oneOf, text } from './primitives.ts';
import { Reason } from './verdict.ts';

export const DeviceKind = oneOf(['key', 'card', 'phone', 'cloud', 'file'], '介质种类', 'Kind of device');

const driverId = text({ max: 64, pattern: '^[a-z0-9][a-z0-9-]*$' }, '驱动', 'Driver');

export const DeviceSummary = closed(
  {
    device: DeviceHandle,
    generation: integer({ min: 0, max: 4_294_967_295 }, '插入代次', 'Insertion generation'),
    kind: DeviceKind,
    driver: driverId,
    vendor: text({ max: 128, min: 0 }, '厂商', 'Vendor'),
    model: text({ max: 128, min: 0 }, '型号', 'Model'),
    label: text({ max: 128, min: 0 }, '标签', 'Label'),
  },
  ['介质概要', 'A device in short'],
);

export const DriverState = closed(
  {
    driver: driverId,
    family: oneOf(['skf', 'pkcs11', 'card', 'soft', 'cloud'], '驱动族', 'Family of the driver'),
    vendor: text({ max: 128, min: 0 }, '厂商', 'Vendor'),
    version: text({ max: 64, min: 0 }, '版本', 'Version'),
    state: oneOf(['running', 'starting', 'restarting', 'crashed', 'disabled', 'not-installed'], '运行状况', 'Health'),
    restarts: integer({ min: 0, max: 1_000_000 }, '代理启动以来的重启次数', 'Restarts since the agent started'),
    cause: nullable(Reason, '异常原因；正常为 null', 'Why it is not running; null otherwise'),
  },
  ['一个驱动的状况', 'State of one driver'],
);

export const checkIds = [
  'ports',
  'tls',
  'browser-permission',
  'window',
  'drivers',
  'devices',
  'certificates',
  'clock',
  'service',
  'updates',
  'conflicts',
] as const;

export const CheckResult = closed(
  {
    check: oneOf(checkIds, '检查项', 'Check'),
    state: oneOf(['ok', 'attention', 'failed', 'not-checked'], '状态', 'State'),
    cause: nullable(Reason, '原因；正常为 null', 'Cause; null when there is nothing to say'),
    fix: nullable(
      oneOf(
        [
          'insert-device',
          'install-driver',
          'update-agent',
          'restart-agent',
          'allow-browser-access',
          'correct-clock',
          'check-network',
          'close-conflicting-program',
          'install-browser',
          'contact-operator',
          'contact-vendor',
        ],
        '处理办法',
        'What to do',
      ),
      '处理办法；无须处理为 null',
      'What to do; null when nothing is to be done',
    ),
  },
  ['一项检查的结果', 'Result of one check'],
);
