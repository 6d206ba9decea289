export { builtInDrivers } from './built-in.ts';
export { checkCatalogue, type DriverCatalogue, type DriverRecall, parseCatalogue } from './catalogue-schema.ts';
export {
  type Accepted,
  DriverStore,
  type DriverStoreOptions,
  type KnownDriver,
  type OutdatedDriver,
  type StoreContents,
} from './driver-store.ts';
export { driversToHost } from './drivers-to-host.ts';
export { type InstalledDriver, installedDrivers } from './installed-drivers.ts';
export { noTrust, readDriverTrust } from './read-trust.ts';
export { isTouchedByRecall, recallOf } from './recall.ts';
