/** What a fast path gives instead of a value when only jsonata knows the value. */
export const SLOW: unique symbol = Symbol("slow");
