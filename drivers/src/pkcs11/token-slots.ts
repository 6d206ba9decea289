import { completeLacks, type DeviceId, type Pkcs11Mechanisms, type TokenDevice } from '../port/index.ts';
import {
  CKF_RNG,
  CKF_SERIAL_SESSION,
  CKF_TOKEN_INITIALIZED,
  type Cryptoki,
  type Handle,
  type TokenInfo,
} from './abi.ts';
import { describeAbilities } from './capabilities.ts';
import { type ContentAbilities, contentAbilities } from './content-keys.ts';
import { codedFailure, returnValueOf } from './errors.ts';
import { type KeyKindName, visibleKeyKinds } from './key-kinds.ts';
import { printable } from './objects.ts';

/** A token in a slot while it stays there. */
export interface PresentToken {
  readonly id: DeviceId;
  readonly slot: Handle;
  readonly serialNumber: string;
  readonly insertion: number;
}

interface Look {
  readonly tokens: readonly Omit<PresentToken, 'insertion'>[];
  /** Slots that said they hold a token and then could not tell which. */
  readonly unreadable: number;
}

/** Which tokens are in which slots, by serial number: slot numbers change when readers come and go. */
export class TokenSlots {
  readonly #cryptoki: Cryptoki;
  readonly #vendors: Pkcs11Mechanisms;
  readonly #insertions = new Map<string, number>();
  /** By token and stay: they do not change while it stays. */
  readonly #mechanisms = new Map<DeviceId, { readonly insertion: number; readonly numbers: ReadonlySet<number> }>();
  readonly #content = new Map<DeviceId, { readonly insertion: number; readonly abilities: ContentAbilities }>();
  readonly #kinds = new Map<DeviceId, { readonly insertion: number; readonly kinds: ReadonlySet<KeyKindName> }>();
  #present: readonly PresentToken[] = [];
  #unreadable = 0;

  /** @param vendors  mechanisms that the standard has no number for */
  constructor(cryptoki: Cryptoki, vendors: Pkcs11Mechanisms = {}) {
    this.#cryptoki = cryptoki;
    this.#vendors = vendors;
  }

  get present(): readonly PresentToken[] {
    return this.#present;
  }

  /** Slots with a token that cannot be read at present; looking afresh may help. */
  get unreadable(): number {
    return this.#unreadable;
  }

  /**
   * Looks again.
   * @param isGone  whether a token seen before has been away meanwhile, though it is there now
   * @returns whether anything changed
   * @throws {CodedError} ERR_TOKEN_NATIVE_FAILURE
   */
  look(isGone: (token: PresentToken) => boolean): boolean {
    const before = this.#present;
    const { tokens, unreadable } = this.#read();
    this.#unreadable = unreadable;
    this.#present = tokens.map((token) => {
      const known = before.find(({ id }) => id === token.id);
      const stays = known !== undefined && known.serialNumber === token.serialNumber && !isGone(known);
      return { ...token, insertion: stays ? known.insertion : this.#count(token.id) };
    });
    return describe(before) !== describe(this.#present);
  }

  info(token: PresentToken): TokenInfo {
    try {
      return this.#cryptoki.C_GetTokenInfo(token.slot);
    } catch (error) {
      throw codedFailure('C_GetTokenInfo', error);
    }
  }

  /** Whether the slot still holds that very token. */
  holds(token: PresentToken): boolean {
    try {
      return printable(this.#cryptoki.C_GetTokenInfo(token.slot).serialNumber) === token.serialNumber;
    } catch {
      return false;
    }
  }

  mechanisms(token: PresentToken): ReadonlySet<number> {
    const known = this.#mechanisms.get(token.id);
    if (known !== undefined && known.insertion === token.insertion) return known.numbers;
    try {
      const numbers = new Set(this.#cryptoki.C_GetMechanismList(token.slot).map((number) => number >>> 0));
      this.#mechanisms.set(token.id, { insertion: token.insertion, numbers });
      return numbers;
    } catch (error) {
      throw codedFailure('C_GetMechanismList', error);
    }
  }

  /** As {@link mechanisms}. */
  contentAbilities(token: PresentToken): ContentAbilities {
    const known = this.#content.get(token.id);
    if (known !== undefined && known.insertion === token.insertion) return known.abilities;
    const abilities = contentAbilities(this.#cryptoki, token.slot, this.mechanisms(token));
    this.#content.set(token.id, { insertion: token.insertion, abilities });
    return abilities;
  }

  describe(token: PresentToken): TokenDevice {
    const info = this.info(token);
    const abilities = describeAbilities(info, {
      mechanisms: this.mechanisms(token),
      content: this.contentAbilities(token),
      vendors: this.#vendors,
      kinds: this.#keyKinds(token),
    });
    const { algorithms, capabilities, lacks, keySpecs } = abilities;
    return {
      id: token.id,
      kind: 'key',
      vendor: printable(info.manufacturerID),
      model: printable(info.model),
      serialNumber: token.serialNumber,
      label: printable(info.label),
      firmwareVersion: `${info.firmwareVersion.major}.${info.firmwareVersion.minor}`,
      algorithms,
      freeSpace: freeSpace(info),
      capabilities,
      lacks,
      keySpecs,
      insertion: token.insertion,
    };
  }

  /** A token that is there and cannot be read at present. */
  describeUnread({ id, serialNumber, insertion }: PresentToken): TokenDevice {
    const unknown = { vendor: '', model: '', label: serialNumber, firmwareVersion: null, freeSpace: null };
    const lacks = completeLacks([], [], 'token');
    return {
      id,
      kind: 'key',
      ...unknown,
      serialNumber,
      algorithms: [],
      capabilities: [],
      lacks,
      keySpecs: [],
      insertion,
    };
  }

  /** Whether it has a random generator. */
  isRandom(token: PresentToken): boolean {
    return (this.info(token).flags & CKF_RNG) !== 0;
  }

  /** Its keys are others now. */
  keysChanged(token: PresentToken): void {
    this.#kinds.delete(token.id);
  }

  #keyKinds(token: PresentToken): ReadonlySet<KeyKindName> {
    const known = this.#kinds.get(token.id);
    if (known !== undefined && known.insertion === token.insertion) return known.kinds;
    let session: Handle;
    try {
      session = this.#cryptoki.C_OpenSession(token.slot, CKF_SERIAL_SESSION);
    } catch (error) {
      throw codedFailure('C_OpenSession', error);
    }
    try {
      const kinds = visibleKeyKinds(this.#cryptoki, session);
      this.#kinds.set(token.id, { insertion: token.insertion, kinds });
      return kinds;
    } finally {
      this.#closeQuietly(session);
    }
  }

  #closeQuietly(session: Handle): void {
    try {
      this.#cryptoki.C_CloseSession(session);
    } catch (error) {
      // A token that is gone took its sessions along.
      if (returnValueOf(error) === null) throw error;
    }
  }

  #count(id: string): number {
    const insertion = (this.#insertions.get(id) ?? 0) + 1;
    this.#insertions.set(id, insertion);
    return insertion;
  }

  #read(): Look {
    const found: Omit<PresentToken, 'insertion' | 'id'>[] = [];
    let unreadable = 0;
    for (const slot of this.#slots()) {
      const info = this.#infoOrNull(slot);
      if (info === null) unreadable += 1;
      if (info === null || (info.flags & CKF_TOKEN_INITIALIZED) === 0) continue;
      found.push({ slot, serialNumber: printable(info.serialNumber) });
    }
    return { tokens: this.#named(found), unreadable };
  }

  /** By its serial number; another of the same number by its slot too. Whoever had a name in that slot before keeps it. */
  #named(found: readonly Omit<PresentToken, 'insertion' | 'id'>[]): readonly Omit<PresentToken, 'insertion'>[] {
    const kept = found.map(
      ({ slot, serialNumber }) =>
        this.#present.find((token) => token.serialNumber === serialNumber && token.slot.equals(slot))?.id,
    );
    const taken = new Set(kept);
    return found.map(({ slot, serialNumber }, index) => {
      const wanted = (serialNumber || `slot-${slot.toString('hex')}`) as DeviceId;
      const id = kept[index] ?? ((taken.has(wanted) ? `${wanted}@${slot.toString('hex')}` : wanted) as DeviceId);
      taken.add(id);
      return { id, slot, serialNumber };
    });
  }

  #slots(): readonly Handle[] {
    try {
      return this.#cryptoki.C_GetSlotList(true);
    } catch (error) {
      throw codedFailure('C_GetSlotList', error);
    }
  }

  #infoOrNull(slot: Handle): TokenInfo | null {
    try {
      return this.#cryptoki.C_GetTokenInfo(slot);
    } catch {
      return null;
    }
  }
}

function describe(tokens: readonly PresentToken[]): string {
  return tokens.map(({ id, insertion }) => `${id}#${insertion}`).join('\n');
}

/** CK_UNAVAILABLE_INFORMATION is all bits set, of 32 or 64. */
function freeSpace({ freePublicMemory }: TokenInfo): number | null {
  const bytes = Number(freePublicMemory);
  return bytes >= 0xffff_ffff ? null : bytes;
}
