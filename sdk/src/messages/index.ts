export { type DescribedError, describe, type Locale } from './describe.ts';
