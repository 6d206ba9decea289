/** The time, passed down from `main.ts`; nothing below asks the machine. */
export type Clock = () => Date;
