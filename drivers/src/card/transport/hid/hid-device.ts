/** One HID device that is there. */
export interface HidPlace {
  /** The system's name, e.g. `/dev/hidraw0`. */
  readonly path: string;
  readonly vendorId: number;
  readonly productId: number;
  readonly product: string;
  /** Another for every time the device is plugged in. */
  readonly stay: string;
}

/** How a system reaches HID devices. */
export interface HidSystem {
  devices(): readonly HidPlace[];
  open(place: HidPlace): Promise<HidDevice>;
  /** Calls back when a device may have come or gone. Returns the way to stop. */
  watch(listener: () => void): () => void;
}

/** An open device. Failures are CodedErrors: ERR_TOKEN_REMOVED when it left, ERR_TOKEN_BUSY when it may not be opened. */
export interface HidDevice {
  /** @param report  its id in front, 0 where the device has none */
  write(report: Uint8Array): Promise<void>;
  /** The next report, or null when none came in time. */
  read(timeoutMs: number): Promise<Uint8Array | null>;
  close(): Promise<void>;
}
