import { release } from 'node:os';
import { isCodedError } from '@onelock/core/errors';
import type { Reason } from '@onelock/core/verdict';
import { type DriverManifest, matchesDevice } from '../manifest/index.ts';
import {
  type CandidateLibrary,
  findCandidateLibraries,
  type LibrarySearch,
  usualPlaces,
} from './candidate-libraries.ts';
import { type CardPresent, listCardsPresent } from './cards-present.ts';
import { listUsbDevices, type UsbDevice } from './usb-devices.ts';

/**
 * What a computer sees of its devices, for whoever writes the manifest that is missing. It names no person, no serial number and no
 * certificate.
 */
export interface DeviceReport {
  readonly kind: 'onelock-device-report';
  readonly format: 1;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly system: { readonly platform: string; readonly architecture: string; readonly release: string };
  /** `drivers`: ids of known drivers that say that the device is theirs. */
  readonly usb: readonly (UsbDevice & { readonly drivers: readonly string[] })[];
  readonly cards: readonly (CardPresent & { readonly drivers: readonly string[] })[];
  readonly libraries: readonly (CandidateLibrary & { readonly drivers: readonly string[] })[];
  /** Parts that could not be looked at, and why. */
  readonly gaps: readonly { readonly part: 'usb' | 'cards'; readonly reason: Reason | null }[];
}

export interface DeviceReportOptions {
  readonly known: readonly DriverManifest[];
  readonly now: Date;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For the PC/SC library alone. */
  readonly cardEnvironment?: Readonly<Record<string, string>> | undefined;
  readonly usbFolder?: string | undefined;
  readonly search?: LibrarySearch | undefined;
}

/** Looks once at USB, card readers and the disk. Nothing of a vendor's is run; what cannot be looked at is a gap. */
export async function gatherDeviceReport(options: DeviceReportOptions): Promise<DeviceReport> {
  const { known, now, environment } = options;
  const usb = listUsbDevices(options.usbFolder);
  const { cards, gap } = await lookAtCards(options.cardEnvironment);
  const libraries = findCandidateLibraries(options.search ?? usualPlaces(process.platform, environment));
  const idsOf = (owns: (manifest: DriverManifest) => boolean): readonly string[] =>
    known.filter(owns).map(({ id }) => id);
  return {
    kind: 'onelock-device-report',
    format: 1,
    at: now.toISOString(),
    system: { platform: process.platform, architecture: process.arch, release: release() },
    usb: (usb ?? []).map((device) => ({
      ...device,
      drivers: idsOf((manifest) => matchesDevice(manifest, { usb: device, name: device.product })),
    })),
    cards: cards.map((card) => ({
      ...card,
      drivers: idsOf((manifest) => matchesDevice(manifest, { atr: card.atr, name: card.reader })),
    })),
    libraries: libraries.map((library) => ({
      ...library,
      drivers: idsOf((manifest) => hasBuild(manifest, library.sha256)),
    })),
    gaps: [...(usb === null ? [{ part: 'usb', reason: null } as const] : []), ...gap],
  };
}

async function lookAtCards(
  environment: Readonly<Record<string, string>> | undefined,
): Promise<{ readonly cards: readonly CardPresent[]; readonly gap: DeviceReport['gaps'] }> {
  try {
    return { cards: await listCardsPresent(environment), gap: [] };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return { cards: [], gap: [{ part: 'cards', reason: { code: error.code, params: error.params } }] };
  }
}

function hasBuild({ libraries }: DriverManifest, sha256: string): boolean {
  return libraries.some(({ builds }) => builds.some((build) => build.sha256 === sha256));
}
