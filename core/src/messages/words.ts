/** Words for every code of one area: a missing or an extra one does not compile. */
export type WordsFor<Rows> = { readonly [Code in keyof Rows]: string };
