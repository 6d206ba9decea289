export { describeError } from './describe.ts';
export { en } from './en/index.ts';
export { type Locale, localeOf, locales } from './locale.ts';
export { zhCN } from './zh-CN/index.ts';
