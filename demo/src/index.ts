export { demonstrationPin } from './province/create-province.ts';
export { type RunningStack, type StackOptions, startStack } from './stack.ts';
