import { unwrapped } from "./budget.ts";

interface Check<T> {
	readonly at: number;
	readonly found: Promise<T>;
}

/**
 * The result of a check of a binding, shared in this isolate: by callers while the check runs, and for some time since it began,
 * in milliseconds.
 */
export class SharedResult<Binding extends object, T> {
	private readonly checks = new WeakMap<Binding, Check<T>>();
	private readonly keptMs: number;

	constructor(keptMs = 2_000) {
		this.keptMs = keptMs;
	}

	/** `keepAlive`: the request that started the check may end before the others have their answer. */
	find(binding: Binding, now: number, check: () => Promise<T>, keepAlive: (work: Promise<T>) => void): Promise<T> {
		const key = unwrapped(binding);
		const known = this.checks.get(key);
		if (known !== undefined && now >= known.at && now - known.at < this.keptMs) return known.found;
		const found = check();
		keepAlive(found);
		this.checks.set(key, { at: now, found });
		return found;
	}

	/** Drops a result that is out of date. */
	forget(binding: Binding): void {
		this.checks.delete(unwrapped(binding));
	}
}
