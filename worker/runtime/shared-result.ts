import { unwrapped } from "./budget.ts";

interface Look<T> {
	readonly at: number;
	readonly found: Promise<T>;
}

/**
 * What was found out about a binding, shared by all who ask in this isolate: those who ask while it is found out, too, and
 * those of the next two seconds.
 */
export class SharedResult<Binding extends object, T> {
	private readonly looks = new WeakMap<Binding, Look<T>>();

	/** `keepAlive`: the one whose look it is may be gone before the others have their answer. */
	find(binding: Binding, now: number, look: () => Promise<T>, keepAlive: (work: Promise<T>) => void): Promise<T> {
		const key = unwrapped(binding);
		const known = this.looks.get(key);
		if (known !== undefined && now >= known.at && now - known.at < SHARED_MS) return known.found;
		const found = look();
		keepAlive(found);
		this.looks.set(key, { at: now, found });
		return found;
	}

	/** Something happened that the last look did not see. */
	forget(binding: Binding): void {
		this.looks.delete(unwrapped(binding));
	}
}

const SHARED_MS = 2_000;
