/** Returned by a fast path instead of a value when only jsonata knows the value. */
export const SLOW: unique symbol = Symbol("slow");
