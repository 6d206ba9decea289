declare module 'sm-crypto' {
  interface SignatureOptions {
    readonly der: boolean;
    readonly hash: boolean;
    /** Hexadecimal, 04 ‖ X ‖ Y. */
    readonly publicKey: string;
    readonly userId: string;
  }
  const smCrypto: {
    readonly sm3: (input: readonly number[]) => string;
    readonly sm2: {
      doSignature(message: readonly number[], privateKey: string, options: SignatureOptions): string;
      doVerifySignature(
        message: readonly number[],
        signature: string,
        publicKey: string,
        options: SignatureOptions,
      ): boolean;
    };
  };
  export default smCrypto;
}
