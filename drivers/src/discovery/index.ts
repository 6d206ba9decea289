export {
  type CandidateLibrary,
  findCandidateLibraries,
  type LibrarySearch,
  usualPlaces,
} from './candidate-libraries.ts';
export { type CardPresent, listCardsPresent } from './cards-present.ts';
export { type DeviceReport, type DeviceReportOptions, gatherDeviceReport } from './device-report.ts';
export { listUsbDevices, type UsbDevice } from './usb-devices.ts';
