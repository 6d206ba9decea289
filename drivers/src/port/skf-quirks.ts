import Type from 'typebox';

const closed = { additionalProperties: false } as const;

const PrivateDecrypt = Type.Object(
  {
    name: Type.String({ pattern: '^SKFE?_[A-Za-z0-9_]+$', maxLength: 64 }),
    algorithm: Type.Enum(['sm2', 'rsa']),
    form: Type.Enum(['blob', 'flag-blob', 'bytes', 'flag-bytes', 'bytes-flag'], {
      description:
        'Parameters between the container and (out, length): an ECCCIPHERBLOB; bytes and their number (C1 ‖ C3 ‖ C2 for SM2); the flag of the key before them; or, `bytes-flag`, the flag at the very end',
    }),
    encryptionFlag: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 255, description: 'The flag that means the encryption key. Default 0' }),
    ),
  },
  closed,
);

/** What vendors of SKF libraries decide where the standard has nothing, or two things. */
export const skfVendorChoices = {
  privateDecrypt: Type.Optional(
    Type.Array(PrivateDecrypt, {
      maxItems: 8,
      description:
        'Functions that decrypt with a private key, which the standard has not. Default: those with names that mean one thing (SKF_ECCPrvKeyDecrypt, SKF_ECCPrvKeyDecryptEx, SKF_PrvKeyDecrypt, SKF_RSAPrvKeyDecrypt), where the library exports them; an empty list uses none',
    }),
  ),
  sm2KeyAlgorithm: Type.Optional(
    Type.Enum(['gmt-0016', 'gmt-0006'], {
      description:
        'Which number SGD_SM2_1 has: 0x00020100 of GM/T 0016-2012 or 0x00020200 of GM/T 0006. Default: the first, then the second when the library refuses it',
    }),
  ),
  envelopedScalar: Type.Optional(
    Type.Enum(['auto', 'right', 'left'], {
      description:
        'Where SKF_ImportECCKeyPair wants the encrypted scalar of 32 bytes in cbEncryptedPriKey. Default: right, then left when the key that came out is not the one delivered',
    }),
  ),
} as const;
