/** As in package.json (a test compares). */
export const sdkVersion = '0.1.0';
