import { CodedError } from '@onelock/core/errors';
import type { Pin, PinPolicy, PinRole, PinStatus } from '../port/index.ts';

const digits = /^[0-9]*$/;

/**
 * A vendor's word on its PINs, kept beside any family's driver: a PIN that cannot be right never reaches the key, so that it costs
 * no try; and what the key does not say of its PIN is filled in.
 */
export class PinRules {
  readonly #policy: PinPolicy | undefined;
  /** Whether the PIN that last unlocked a device was one it is delivered with. */
  readonly #factory = new Map<string, boolean>();

  constructor(policy: PinPolicy | undefined) {
    this.#policy = policy;
  }

  /**
   * Demands of PINs what the vendor says. An empty one is typed on the device. Those refused are overwritten with zeros.
   * @throws {CodedError} ERR_TOKEN_PIN_LENGTH, ERR_TOKEN_PIN_CHARACTERS
   */
  demand(...pins: readonly Pin[]): void {
    try {
      for (const pin of pins) if (pin.length > 0) this.#demandOne(pin);
    } catch (error) {
      for (const pin of pins) pin.fill(0);
      throw error;
    }
  }

  /** Asked before the PIN is used, which overwrites it; told by what is returned when it was right. */
  remember(deviceId: string, pin: Pin): () => void {
    const factory = this.#policy?.factoryPins;
    if (factory === undefined || pin.length === 0) return () => undefined;
    const text = new TextDecoder().decode(pin);
    const isFactory = factory.includes(text);
    return () => this.#factory.set(deviceId, isFactory);
  }

  /** What is remembered belongs to the devices that are there. */
  forget(): void {
    this.#factory.clear();
  }

  describe(deviceId: string, role: PinRole, status: PinStatus): PinStatus {
    const policy = this.#policy;
    if (policy === undefined || role !== 'user') return status;
    const { retriesLeft, locked } = status;
    const retriesMax = status.retriesMax ?? policy.retries ?? null;
    const warns = policy.warnAt !== undefined && retriesLeft !== null && retriesLeft <= policy.warnAt;
    const isFull = retriesLeft !== null && retriesLeft === retriesMax;
    return {
      ...status,
      retriesMax,
      low: status.low || (warns && !locked && !isFull),
      isDefault: status.isDefault ?? this.#factory.get(deviceId) ?? null,
      ...this.#lengths(status),
    };
  }

  /** Both limits hold; where they contradict each other the key is right. */
  #lengths({ minLength, maxLength }: PinStatus): Pick<PinStatus, 'minLength' | 'maxLength'> {
    const { minLength: min = minLength, maxLength: max = maxLength } = this.#policy ?? {};
    const narrowed = { minLength: Math.max(minLength, min), maxLength: Math.min(maxLength, max) };
    return narrowed.minLength <= narrowed.maxLength ? narrowed : { minLength, maxLength };
  }

  #demandOne(pin: Pin): void {
    const policy = this.#policy;
    if (policy === undefined) return;
    const { minLength: min, maxLength: max } = policy;
    if (pin.length < min || pin.length > max) throw new CodedError('ERR_TOKEN_PIN_LENGTH', { min, max });
    if (policy.characters === 'digits' && !digits.test(new TextDecoder('latin1').decode(pin)))
      throw new CodedError('ERR_TOKEN_PIN_CHARACTERS');
  }
}
