/** PIN types of GM/T 0016-2012. */
export const ADMIN_TYPE = 0;
export const USER_TYPE = 1;

/** SKF_GetContainerType */
export const CONTAINER_RSA = 1;
export const CONTAINER_ECC = 2;

/**
 * Families of asymmetric algorithms in DEVINFO.AlgAsymCap. The two numberings of SGD_SM2_1 to 3 (GM/T 0006 from 0x00020200,
 * GM/T 0016 from 0x00020100) have this bit in common.
 */
export const SGD_RSA_FAMILY = 0x0001_0000;
export const SGD_SM2_FAMILY = 0x0002_0000;
