import { describeError, type Locale } from '@onelock/core/messages';
import type { InstalledDriver } from '../catalogue/index.ts';
import { type Command, textOption } from './command.ts';
import { findConfigs } from './find-configs.ts';
import { readKnown } from './known-drivers.ts';
import { type DeviceReport, type DriverReport, listDrivers } from './list-drivers.ts';
import { cliWords } from './words.ts';

/** `driver list`: what runs, with its devices; then what is known and does not run. */
export const listCommand: Command = {
  options: { config: { type: 'string' } },
  words: [0, 0],
  async run(_words, options, context) {
    const { locale, environment } = context;
    const config = textOption(options, 'config');
    const { contents, installed } = readKnown(context);
    const configs = findConfigs(config, environment, installed);
    const drivers = await listDrivers(configs, locale);
    const running = new Set(configs.map(({ id }) => id));
    const known = config === undefined ? installed.filter(({ manifest }) => !running.has(manifest.id)) : [];
    const catalogue = contents.catalogue && {
      version: contents.catalogue.version,
      issuedAt: contents.catalogue.issuedAt,
      nextUpdate: contents.catalogue.nextUpdate,
    };
    const problems = contents.problems.map(({ file, reason }) => ({
      file,
      ...reason,
      message: describeError(reason.code, reason.params, locale),
    }));
    return {
      text: [
        ...drivers.map(showDriver(locale)),
        ...known.map(showKnown(locale)),
        ...problems.map(({ file, message, code }) => `${file}${cliWords[locale].colon}${message} [${code}]\n`),
      ].join(''),
      json: { drivers, known: known.map(knownRow), catalogue, problems },
      status: drivers.every(isWell) && problems.length === 0 ? 0 : 1,
    };
  },
};

function isWell({ health, devices }: DriverReport): boolean {
  return health === 'running' && devices.every(({ cause }) => cause === null);
}

function knownRow({ manifest, origin, state, cause }: InstalledDriver): object {
  const { id, version, family, vendor, name } = manifest;
  return { id, version, family, vendor: vendor.name, name, origin, state, cause };
}

function showKnown(locale: Locale): (driver: InstalledDriver) => string {
  const words = cliWords[locale];
  return ({ manifest, state, cause }) => {
    const { id, family, vendor, version, name } = manifest;
    const head = [id, family, vendor.name, `v${version}`, name[locale]].join(' · ');
    const why =
      state === 'refused' && cause !== null ? `${words.colon}${describeError(cause.code, cause.params, locale)}` : '';
    return `${head}  ${words[state]}${why}\n`;
  };
}

function showDriver(locale: Locale): (driver: DriverReport) => string {
  const words = cliWords[locale];
  return ({ id, family, vendor, version, health, cause, devices }) => {
    const name = [id, family, vendor, version].filter(Boolean).join(' · ');
    const head = `${name}  ${words[health === 'in-use' ? 'inUse' : health]}${cause === null ? '' : `${words.colon}${cause.message} [${cause.code}]`}\n`;
    if (cause !== null) return head;
    return head + (devices.length === 0 ? `  ${words.noDevice}\n` : devices.map(showDevice(locale)).join(''));
  };
}

function showDevice(locale: Locale): (device: DeviceReport) => string {
  const words = cliWords[locale];
  return ({ label, model, serialNumber, algorithms, pin, identities, cause }) => {
    if (pin === null) {
      const name = [label, model, `${words.serialNumber} ${serialNumber}`].filter(Boolean).join(' · ');
      return `  ${name}  ${words.unreadable}${cause === null ? '' : `${words.colon}${cause.message} [${cause.code}]`}\n`;
    }
    const notes = [
      pin.locked ? words.pinLocked : pin.retriesLeft === null ? '' : `${words.retriesLeft} ${pin.retriesLeft}`,
      pin.low && pin.retriesLeft === null ? words.pinLow : '',
      pin.isDefault === true ? words.pinDefault : '',
    ];
    const facts = [
      model,
      `${words.serialNumber} ${serialNumber}`,
      algorithms.join(' '),
      `${words.identities} ${identities.length}`,
      ...notes,
    ];
    return `  ${label}  ${facts.filter(Boolean).join(' · ')}\n`;
  };
}
