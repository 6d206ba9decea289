import type { TokenMechanism } from '../port/index.ts';
import type { DeviceInfo } from './device-info.ts';

type Use = TokenMechanism['uses'][number];

/** Families of DEVINFO.AlgSymCap and the modes within (GM/T 0006-2012 §5). */
const ciphers = [
  [0x100, 'SGD_SM1'],
  [0x200, 'SGD_SSF33'],
  [0x400, 'SGD_SM4'],
] as const;
const modes = [
  [0x01, 'ECB'],
  [0x02, 'CBC'],
  [0x04, 'CFB'],
  [0x08, 'OFB'],
  [0x10, 'MAC'],
] as const;
const digests = [
  [0x1, 'SGD_SM3'],
  [0x2, 'SGD_SHA1'],
  [0x4, 'SGD_SHA256'],
] as const;

/** What a device says of its algorithms, as bits. SM2's two numberings (of GM/T 0006 and GM/T 0016) cannot be told apart there. */
export function describeAlgorithms(info: DeviceInfo): readonly TokenMechanism[] {
  const { symmetricAlgorithms, asymmetricAlgorithms, digestAlgorithms } = info;
  return [
    ...ciphers.flatMap(([family, name]) =>
      modes.flatMap(([mode, suffix]) =>
        (symmetricAlgorithms & family) !== 0 && (symmetricAlgorithms & mode) !== 0
          ? [mechanism(`${name}_${suffix}`, family | mode, 128, ['encrypt', 'decrypt'])]
          : [],
      ),
    ),
    ...((asymmetricAlgorithms & 0x1_0000) === 0
      ? []
      : [mechanism('SGD_RSA', 0x1_0000, 2048, ['sign', 'decrypt', 'generate'])]),
    ...((asymmetricAlgorithms & 0x2_0000) === 0
      ? []
      : [mechanism('SGD_SM2', 0x2_0100, 256, ['sign', 'decrypt', 'generate'])]),
    ...digests.flatMap(([bit, name]) =>
      (digestAlgorithms & bit) === 0 ? [] : [mechanism(name, bit, null, ['digest'])],
    ),
  ];
}

function mechanism(name: string, value: number, bits: number | null, uses: readonly Use[]): TokenMechanism {
  return { name, value, minKeyBits: bits, maxKeyBits: bits, uses: [...uses] };
}
