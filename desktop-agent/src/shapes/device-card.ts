import type { TokenDevice } from '@onelock/drivers/port';
import type { DeviceCard } from '../consent/question.ts';
import { plainLine } from './plain-line.ts';

/** A device as a window shows it: what it says of itself is others' text. */
export function deviceCard({ label, vendor, serialNumber }: TokenDevice): DeviceCard {
  return { label: plainLine(label), vendor: plainLine(vendor), serialNumber: plainLine(serialNumber) };
}
