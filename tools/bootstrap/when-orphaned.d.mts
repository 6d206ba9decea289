/** Calls back once when the parent process has gone. */
export declare function whenOrphaned(act: () => void): void;
