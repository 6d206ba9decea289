import { isDeepStrictEqual } from 'node:util';
import { createNodeCiphers } from '@onelock/core/crypto/node';
import { CodedError } from '@onelock/core/errors';
import {
  type ConformanceSubject,
  type Hands,
  type Permission,
  runConformance,
  showConformance,
} from '../conformance/index.ts';
import { type HostedDriver, startHostedDriver } from '../host/index.ts';
import { checkManifest, driverConfigOf, readJson } from '../manifest/index.ts';
import type { DriverConfig, TokenCapability, TokenDevice } from '../port/index.ts';
import { type Command, type CommandContext, type Options, textOption } from './command.ts';
import { findConfigs } from './find-configs.ts';
import { readKnown, surroundingsOf } from './known-drivers.ts';
import { readFile } from './read-file.ts';
import { pinSource, readPin } from './read-pin.ts';
import { cliWords } from './words.ts';
import { demandWritable, writeFile } from './write-file.ts';

const maxManifestJson = 1024 * 1024;
const permissions: Readonly<Record<string, readonly Permission[]>> = {
  'pin-tries': ['spend-pin-tries'],
  'pin-change': ['spend-pin-tries', 'change-pin'],
  all: ['spend-pin-tries', 'change-pin', 'lock-pin', 'make-keys'],
};

/**
 * `driver conform [ID] [--manifest FILE | --config FILE] [--device SERIAL] [--pin-file FILE] …`: puts one device through every
 * case. Without `--may` nothing is spent and nothing changes on the device.
 */
export const conformCommand: Command = {
  options: {
    manifest: { type: 'string' },
    config: { type: 'string' },
    device: { type: 'string' },
    'pin-file': { type: 'string' },
    'admin-pin-file': { type: 'string' },
    'second-device': { type: 'string' },
    'second-pin-file': { type: 'string' },
    signatures: { type: 'string' },
    may: { type: 'string' },
    hands: { type: 'boolean' },
    out: { type: 'string' },
  },
  words: [0, 1],
  async run([id], options, context) {
    const { config, declared } = chooseDriver(id, options, context);
    const wish = readWish(options);
    const out = textOption(options, 'out');
    if (out !== undefined) demandWritable(out);
    const driver = await startHostedDriver(config, { program: 'onelock driver conform' });
    try {
      const subject = { ...(await subjectFor(driver, wish, options, context)), declared };
      const report = await runConformance(subject, context.now());
      if (out !== undefined) writeFile(out, `${JSON.stringify(report, null, 2)}\n`);
      const text = showConformance(report, context.locale);
      return { text, json: report, status: report.failed === 0 ? 0 : 1 };
    } finally {
      await driver.close();
    }
  },
};

interface ChosenDriver {
  readonly config: DriverConfig;
  /** What its manifest promises, where it has one. */
  readonly declared: readonly TokenCapability[] | undefined;
}

/** A manifest as its vendor writes it need not be signed yet: its own library is about to be tried, nothing is kept. */
function chooseDriver(id: string | undefined, options: Options, context: CommandContext): ChosenDriver {
  const file = textOption(options, 'manifest');
  if (file !== undefined) {
    const manifest = checkManifest(readJson(readFile(file), maxManifestJson));
    return { config: driverConfigOf(manifest, surroundingsOf(context)), declared: manifest.capabilities };
  }
  const { installed } = readKnown(context);
  const configs = findConfigs(textOption(options, 'config'), context.environment, installed);
  const config = id === undefined && configs.length === 1 ? configs[0] : configs.find((each) => each.id === id);
  if (config === undefined)
    throw new CodedError('ERR_DRIVER_UNKNOWN', { driver: id ?? configs.map((each) => each.id).join(' ') });
  const known = installed.find((each) => each.config !== null && isDeepStrictEqual(each.config, config));
  return { config, declared: known?.manifest.capabilities };
}

interface Wish {
  readonly may: ReadonlySet<Permission>;
  /** How many in one session; null leaves it to the kind of device. */
  readonly signatures: number | null;
}

/** @throws {CodedError} ERR_CLI_USAGE */
function readWish(options: Options): Wish {
  const may = textOption(options, 'may');
  if (may !== undefined && !Object.hasOwn(permissions, may))
    throw new CodedError('ERR_CLI_USAGE', { detail: `--may ${Object.keys(permissions).join('|')}` });
  const signatures = textOption(options, 'signatures');
  if (signatures !== undefined && !/^[1-9]\d{0,4}$/.test(signatures))
    throw new CodedError('ERR_CLI_USAGE', { detail: '--signatures 1…99999' });
  return {
    may: new Set(may === undefined ? [] : permissions[may]),
    signatures: signatures === undefined ? null : Number(signatures),
  };
}

async function subjectFor(
  driver: HostedDriver,
  { may, signatures }: Wish,
  options: Options,
  context: CommandContext,
): Promise<ConformanceSubject> {
  const words = cliWords[context.locale];
  const device = chooseDevice(await driver.listDevices(), textOption(options, 'device'));
  const admin = textOption(options, 'admin-pin-file');
  const second = textOption(options, 'second-device');
  const pin = pinSource(await readPin(textOption(options, 'pin-file'), `${words.askPin} ${device.label}: `));
  return {
    driver,
    serialNumber: device.serialNumber,
    pin,
    ...(admin !== undefined && { adminPin: pinSource(await readPin(admin, '')) }),
    may,
    signatures: signatures ?? (device.kind === 'card' ? 50 : 500),
    ...(options.hands === true && { hands: personsHands(context) }),
    ...(second !== undefined && {
      second: {
        serialNumber: second,
        pin: pinSource(await readPin(textOption(options, 'second-pin-file'), `${words.askPin} ${second}: `)),
      },
    }),
    ops: context.ops,
    ciphers: createNodeCiphers(context.ops),
  };
}

/** @throws {CodedError} ERR_TOKEN_NOT_FOUND; ERR_CLI_USAGE when there are several and none was named */
function chooseDevice(devices: readonly TokenDevice[], serialNumber: string | undefined): TokenDevice {
  const [first, ...others] = devices;
  const found = serialNumber === undefined ? first : devices.find((each) => each.serialNumber === serialNumber);
  if (found === undefined) throw new CodedError('ERR_TOKEN_NOT_FOUND');
  if (serialNumber === undefined && others.length > 0)
    throw new CodedError('ERR_CLI_USAGE', {
      detail: `--device ${devices.map((each) => each.serialNumber).join(' | ')}`,
    });
  return found;
}

/** The person at the terminal is asked, and given a moment: the driver notices by itself. */
function personsHands({ locale }: CommandContext): Hands {
  const words = cliWords[locale];
  const ask = (what: string) => async (): Promise<void> => {
    process.stderr.write(`${what}\n`);
  };
  return { remove: ask(words.pullOut), restore: ask(words.putBack), patienceMs: 60_000 };
}
