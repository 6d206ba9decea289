export { describeError, type Locale, locales } from './describe.ts';
export { en } from './en/index.ts';
export { zhCN } from './zh-CN/index.ts';
