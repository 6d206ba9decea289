/**
 * The C types of the three systems' PC/SC libraries (winscard.h; PCSC/wintypes.h and pcsclite.h), in koffi's words. pcsclite
 * took Windows' names and gave `DWORD` the width of `long`; Apple took pcsclite and packed its structures.
 */
export interface PcscAbi {
  readonly library: readonly string[];
  readonly dword: string;
  readonly dwordBytes: 4 | 8;
  /** LONG, what every function returns. */
  readonly long: string;
  /** SCARDCONTEXT and SCARDHANDLE. */
  readonly handle: string;
  readonly handleBytes: 4 | 8;
  readonly packed: boolean;
  /** Room for an answer to reset in SCARD_READERSTATE. */
  readonly atrRoom: number;
  /** Functions that take text have two names on Windows. */
  readonly textSuffix: '' | 'A';
  readonly convention: '__cdecl' | '__stdcall';
}

const linux: PcscAbi = {
  library: ['libpcsclite.so.1'],
  dword: 'unsigned long',
  dwordBytes: 8,
  long: 'long',
  handle: 'long',
  handleBytes: 8,
  packed: false,
  atrRoom: 33,
  textSuffix: '',
  convention: '__cdecl',
};

const windows: PcscAbi = {
  library: ['winscard.dll'],
  dword: 'uint32_t',
  dwordBytes: 4,
  long: 'int32_t',
  handle: 'uintptr_t',
  handleBytes: 8,
  packed: false,
  atrRoom: 36,
  textSuffix: 'A',
  convention: '__stdcall',
};

const mac: PcscAbi = {
  library: ['/System/Library/Frameworks/PCSC.framework/PCSC'],
  dword: 'uint32_t',
  dwordBytes: 4,
  long: 'int32_t',
  handle: 'int32_t',
  handleBytes: 4,
  packed: true,
  atrRoom: 33,
  textSuffix: '',
  convention: '__cdecl',
};

/** Only 64-bit Linux was tried; a 32-bit one has another `long`, which koffi knows and `dwordBytes` does not. */
export function pcscAbi(platform: NodeJS.Platform = process.platform): PcscAbi {
  if (platform === 'win32') return windows;
  return platform === 'darwin' ? mac : linux;
}
