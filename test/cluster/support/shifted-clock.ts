/**
 * Loaded before a program (`node --import .../shifted-clock.ts?ms=3000`): moves its wall clock ahead, as on a machine
 * with a wrong time. The monotonic clock stays.
 */
const ahead = Number(new URL(import.meta.url).searchParams.get("ms"));
const read = Date.now;
Date.now = () => read() + ahead;
globalThis.Date = new Proxy(Date, {
	construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [Date.now()] : given, made),
});
