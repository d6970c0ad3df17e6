/*
 * Makes this process's wall clock movable. The monotonic clock and timers stay: what waits two seconds waits two
 * seconds.
 */
let ahead = 0;
const read = Date.now;
Date.now = () => read() + ahead;
globalThis.Date = new Proxy(Date, {
	construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [Date.now()] : given, made),
});

/** Moves the wall clock to this many milliseconds ahead of the machine's. */
export function setAhead(ms: number): void {
	ahead = ms;
}
