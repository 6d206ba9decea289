import type { ErrorCode, ErrorParams } from '@onelock/core/errors';

/** What a site makes a window ask. Plain data: the words are chosen in the window, in its language. */
export type Question = SiteQuestion | PickQuestion | FileQuestion | ActQuestion;

/** What a window can show at all: also what the person began without any site. */
export type WindowQuestion = Question | UnknownDeviceQuestion;

/** A device that no driver knows: what can be seen of it, for whoever writes the manifest that is missing. */
export interface UnknownDeviceQuestion {
  readonly kind: 'unknown-device';
  readonly usb: readonly SeenDevice[];
  readonly cards: readonly SeenDevice[];
  readonly libraries: readonly SeenDevice[];
  /** What could not be looked at. */
  readonly gaps: readonly ('usb' | 'cards')[];
  /** Where the report was written, once it was. */
  readonly saved: string | null;
}

/** One line of what was seen. */
export interface SeenDevice {
  readonly title: string;
  readonly detail: string;
  /** Ids of the drivers that know it; empty for what nobody knows. */
  readonly drivers: readonly string[];
  /** It was not there when the window opened. */
  readonly isNew: boolean;
}

/** May this site use the keys of this computer at all? */
export interface SiteQuestion {
  readonly kind: 'site';
  readonly origin: string;
}

/** Which key? The answer is a position in `keys`. */
export interface PickQuestion {
  readonly kind: 'pick';
  readonly origin: string;
  readonly purpose: 'authenticate' | 'sign' | 'seal' | 'encrypt' | 'decrypt';
  readonly keys: readonly KeyCard[];
}

export type FilePurpose = 'sign' | 'verify' | 'encrypt' | 'decrypt' | 'rehearse';

/** Which file, or where to? Folders and files are named for people; an answer is a position, and no path. */
export interface FileQuestion {
  readonly kind: 'file';
  readonly mode: 'open' | 'save';
  readonly origin: string;
  readonly purpose: FilePurpose;
  /** What the site says: its claim, shown as such. */
  readonly prompt: string | null;
  readonly places: readonly {
    readonly name: 'home' | 'desktop' | 'documents' | 'downloads' | 'drive';
    readonly label: string;
    readonly current: boolean;
  }[];
  /** From the root to the folder that is shown. */
  readonly crumbs: readonly string[];
  readonly rows: readonly {
    readonly name: string;
    readonly isFolder: boolean;
    readonly bytes: number | null;
    readonly modifiedAt: string | null;
  }[];
  /** The folder holds more than is listed. */
  readonly more: boolean;
  /** To save: the site's idea of a name. */
  readonly suggestedName: string | null;
  /** To save: this name is taken, and its file goes if the person says so. */
  readonly taken: string | null;
  readonly problem: Problem | null;
}

/** May this site do this act with this key? */
export interface ActQuestion {
  readonly kind: 'act';
  readonly act: Act;
  readonly origin: string;
  /** null for a key that has no certificate yet. */
  readonly key: KeyCard | null;
  readonly device: DeviceCard;
  /** What the site's server signed that this is about, line by line; then `stated` is not shown. */
  readonly vouched: readonly string[] | null;
  /** What the site says this is about: its claim, shown as such. */
  readonly stated: Stated | null;
  /** What will be signed or opened, as found here; null for acts without content. */
  readonly content: Content | null;
  /** More that was found here, line by line. */
  readonly facts: readonly Fact[];
  /** What one yes stands for, when it is many. */
  readonly items: readonly BatchItem[];
  /** The certificate that will be written. */
  readonly incoming: KeyCard | null;
  /** For a key session: what for and how long. */
  readonly session: { readonly purposes: readonly string[]; readonly minutes: number } | null;
  readonly unlock: Unlock;
  /** PINs are typed on the device's own keys: the window has no field for any. */
  readonly pinOnDevice: boolean;
  /** Of the PIN that is asked for first: the administrator's for `administrator-pin`. */
  readonly pin: PinView | null;
  /** What a new PIN may be, where one is set. Nobody here sees one that is typed on the device. */
  readonly newPin: { readonly minLength: number; readonly maxLength: number } | null;
}

/**
 * What the person types, here or on the device: `pin` the PIN; `click` nothing, inside an open key session; `change-pin` the old one and a new one;
 * `administrator-pin` the administrator's and a new one; `new-pin` a new one alone, the CA having agreed.
 */
export type Unlock = 'pin' | 'click' | 'change-pin' | 'administrator-pin' | 'new-pin';

export type Act =
  | 'authenticate'
  | 'signData'
  | 'signDigest'
  | 'signMessage'
  | 'signFile'
  | 'signBatch'
  | 'decryptData'
  | 'decryptFile'
  | 'decryptKey'
  | 'rehearseDecryption'
  | 'openKeySession'
  | 'createCertificateRequest'
  | 'importCertificate'
  | 'importEncryptionKeyPair'
  | 'changePin'
  | 'unblockPin';

/** A device as a person knows it. */
export interface DeviceCard {
  readonly label: string;
  readonly vendor: string;
  readonly serialNumber: string;
}

/** One line of what was found here; `name` is a word of the window, `value` is data. */
export interface Fact {
  readonly name: FactName;
  readonly value: string;
}

export type FactName =
  | 'organization'
  | 'organizationalUnit'
  | 'commonName'
  | 'creditCode'
  | 'place'
  | 'keySpec'
  | 'variant'
  | 'use'
  | 'fileName'
  | 'pickedFile'
  | 'openingAt'
  | 'algorithm'
  | 'digest';

export interface BatchItem {
  readonly title: string;
  readonly bytes: number | null;
}

/** A key as a person knows it. */
export interface KeyCard {
  readonly organization: string | null;
  readonly commonName: string | null;
  /** 统一社会信用代码, where the certificate has one. */
  readonly creditCode: string | null;
  /** The CA's name, from the certificate's issuer. */
  readonly issuer: string;
  readonly serialNumber: string;
  /** RFC 3339, UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly validity: 'valid' | 'expiring' | 'expired' | 'not-yet-valid';
  readonly algorithm: string;
  readonly device: string;
}

export interface Stated {
  readonly title: string;
  readonly summary: string | null;
}

export interface Content {
  readonly bytes: number;
  readonly digest: { readonly algorithm: string; readonly hex: string };
}

export interface PinView {
  readonly retriesLeft: number | null;
  readonly low: boolean;
  readonly locked: boolean;
  /** One wrong PIN from now locks the key: the person must say that they know. */
  readonly lastTry: boolean;
  readonly isDefault: boolean | null;
  readonly minLength: number;
  readonly maxLength: number;
}

/** Why the last try did not do, shown above the field. */
export interface Problem {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
}

export type Answer =
  | { readonly kind: 'allow' }
  /** A clear no to a site, remembered for a while; closing the window is only not now. */
  | { readonly kind: 'deny' }
  | { readonly kind: 'pick'; readonly index: number }
  /** To another folder. */
  | { readonly kind: 'go'; readonly to: 'place' | 'crumb' | 'row'; readonly index: number }
  /** This file. */
  | { readonly kind: 'file'; readonly index: number }
  /** Here, under this name. */
  | { readonly kind: 'save-as'; readonly name: string; readonly replace: boolean }
  /** Look at the computer's devices once more. */
  | { readonly kind: 'look' }
  /** Write the report, with what the person says of the device. */
  | { readonly kind: 'save'; readonly note: string }
  /** The person agrees, and will type on the device. */
  | { readonly kind: 'device-pin'; readonly lastTryAccepted: boolean }
  | { readonly kind: 'pin'; readonly pin: string; readonly lastTryAccepted: boolean }
  /** `pin` is the old one or the administrator's; empty where none is asked for. */
  | { readonly kind: 'new-pin'; readonly pin: string; readonly newPin: string; readonly lastTryAccepted: boolean };
