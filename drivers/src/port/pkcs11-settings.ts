import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const Number32 = (description: string) => Type.Integer({ minimum: 0, maximum: 0xffff_ffff, description });

const Sm2Sign = Type.Object(
  {
    mechanism: Number32('CKM_… for C_SignInit'),
    input: Type.Enum(['digest', 'message'], {
      description:
        'What C_Sign takes: e = SM3(ZA ‖ M), or the message, which the token digests under the default user id alone',
    }),
    output: Type.Optional(Type.Enum(['raw', 'der'], { description: 'r ‖ s (64 bytes) or DER. Default raw' })),
  },
  closed,
);

const sm2Forms = ['der', 'c1c3c2', 'c1c2c3', 'c1c3c2-bare', 'c1c2c3-bare'] as const;

const Sm2Decrypt = Type.Object(
  {
    mechanism: Number32('CKM_… for C_DecryptInit'),
    input: Type.Optional(
      Type.Enum(sm2Forms, { description: 'What C_Decrypt takes; `bare` has no 04 before C1. Default c1c3c2' }),
    ),
  },
  closed,
);

const Sm2UnwrapContentKey = Type.Object(
  {
    mechanism: Number32('CKM_… for C_UnwrapKey of a content key with the encryption key; the content key stays inside'),
    input: Type.Optional(Type.Enum(sm2Forms, { description: 'The wrapped key, as for `decrypt`. Default c1c3c2' })),
  },
  closed,
);

const Sm4 = Type.Object(
  {
    keyType: Number32('CKA_KEY_TYPE of SM4 keys'),
    cbc: Number32('CKM_… for C_DecryptInit of SM4-CBC without padding; the parameter is the 16 bytes of the IV'),
  },
  closed,
);

/** PKCS#11 has no mechanism for SM2 (up to v3.1): the numbers are the vendor's, and so is what goes in and out. */
export const Pkcs11MechanismsSchema = Type.Object(
  {
    sm2: Type.Optional(
      Type.Object(
        {
          keyType: Type.Optional(Number32('CKA_KEY_TYPE of SM2 keys. Default CKK_EC, told by the curve')),
          sign: Type.Optional(Sm2Sign),
          decrypt: Type.Optional(Sm2Decrypt),
          generate: Type.Optional(Type.Object({ mechanism: Number32('CKM_… for C_GenerateKeyPair') }, closed)),
          unwrap: Type.Optional(
            Type.Object(
              { mechanism: Number32('CKM_… for C_UnwrapKey of an ENVELOPEDKEYBLOB (GM/T 0016) with the signing key') },
              closed,
            ),
          ),
          unwrapContentKey: Type.Optional(Sm2UnwrapContentKey),
        },
        closed,
      ),
    ),
    sm4: Type.Optional(Sm4),
  },
  closed,
);

export const Pkcs11QuirksSchema = Type.Object(
  {
    events: Type.Optional(
      Type.Enum(['native', 'polling'], {
        description:
          'Whether C_WaitForSlotEvent is asked besides looking. Default native, as far as the library has it',
      }),
    ),
    contextPin: Type.Optional(
      Type.Enum(['session', 'refuse'], {
        description:
          'For keys that want the PIN before every use (CKA_ALWAYS_AUTHENTICATE): give the PIN of the session again, or do not use such keys. Default session',
      }),
    ),
  },
  closed,
);

export type Pkcs11Mechanisms = Static<typeof Pkcs11MechanismsSchema>;
export type Pkcs11Quirks = Static<typeof Pkcs11QuirksSchema>;
