import type { Env } from "../env.ts";

/** What a piece of work costs of the platform's limits. */
export interface Cost {
	/** Statements that the journal runs; each statement of a batch counts. */
	readonly statements: number;
	/** Requests to anything outside: GitHub and the relay, and every call to the journal, KV and the queue. */
	readonly subrequests: number;
}

/**
 * The limits of one invocation on the paid plan. The documentation does not say whether a batch counts once or by its
 * statements, and older versions name 1,000 subrequests: this is the strict reading of both.
 * https://developers.cloudflare.com/d1/platform/limits/, https://developers.cloudflare.com/workers/platform/limits/
 */
const INVOCATION_LIMITS: Cost = { statements: 1000, subrequests: 1000 };

/** The rest of an invocation's limits. Work that does not fit is left to a later invocation. */
export interface Budget {
	has(cost: Cost): boolean;
	/** The same budget, with this much reserved for others. */
	keeping(kept: Cost): Budget;
}

/** Counts costs. */
export type Spending = Pick<InvocationBudget, "spend">;

/** What one invocation has spent, and what is left. */
export class InvocationBudget implements Budget {
	#statements = 0;
	#subrequests = 0;
	readonly #limits: Cost;

	constructor(limits: Cost = INVOCATION_LIMITS) {
		this.#limits = limits;
	}

	get spent(): Cost {
		return { statements: this.#statements, subrequests: this.#subrequests };
	}

	spend({ statements, subrequests }: Cost): void {
		this.#statements += statements;
		this.#subrequests += subrequests;
	}

	has({ statements, subrequests }: Cost): boolean {
		return (
			this.#statements + statements <= this.#limits.statements &&
			this.#subrequests + subrequests <= this.#limits.subrequests
		);
	}

	keeping(kept: Cost): Budget {
		return {
			has: (cost) => this.has(sum([cost, kept])),
			keeping: (more) => this.keeping(sum([kept, more])),
		};
	}
}

/** The total of these costs. */
export function sum(costs: readonly Cost[]): Cost {
	return {
		statements: costs.reduce((total, { statements }) => total + statements, 0),
		subrequests: costs.reduce((total, { subrequests }) => total + subrequests, 0),
	};
}

/** The cost `count` times. */
export function times({ statements, subrequests }: Cost, count: number): Cost {
	return { statements: statements * count, subrequests: subrequests * count };
}

const ONE_SUBREQUEST: Cost = { statements: 0, subrequests: 1 };

/** The same function; every call is counted. */
export function countedFetch(made: typeof fetch, budget: Spending): typeof fetch {
	return (input, init) => {
		budget.spend(ONE_SUBREQUEST);
		return made(input, init);
	};
}

/** The same bindings; calls to the journal, KV and the queues are counted. */
export function countedBindings(env: Env, budget: Spending): Pick<Env, "JOURNAL" | "DEDUP" | "WAKEUPS" | "DELIVERIES"> {
	return {
		JOURNAL: countedJournal(env.JOURNAL, budget),
		DEDUP: countedCalls(env.DEDUP, budget),
		WAKEUPS: countedCalls(env.WAKEUPS, budget),
		...(env.DELIVERIES !== undefined && { DELIVERIES: countedCalls(env.DELIVERIES, budget) }),
	};
}

const counted = new WeakMap<object, object>();

/** Records that `wrapper` counts the calls of `binding` for one invocation. */
export function wraps<T extends object>(wrapper: T, binding: T): T {
	counted.set(wrapper, binding);
	return wrapper;
}

/** The original binding, which outlives the invocation: use it as the key of what is remembered about it. */
export function unwrapped<T extends object>(binding: T): T {
	const inner = counted.get(binding);
	return inner === undefined ? binding : unwrapped(inner as T);
}

function countedCalls<T extends object>(binding: T, budget: Spending): T {
	const wrapper = new Proxy(binding, {
		get(target, name) {
			const member: unknown = Reflect.get(target, name, target);
			if (typeof member !== "function") return member;
			return (...given: unknown[]) => {
				budget.spend(ONE_SUBREQUEST);
				return member.apply(target, given);
			};
		},
	});
	return wraps(wrapper, binding);
}

/** The same journal; every statement and every call is counted. */
export function countedJournal(db: D1Database, budget: Spending): D1Database {
	return wraps(new CountedJournal(db, budget), db);
}

// Classes and no proxies: a delivery runs a dozen statements, each of them through these.
class CountedJournal implements D1Database {
	readonly #db: D1Database;
	readonly #budget: Spending;

	constructor(db: D1Database, budget: Spending) {
		this.#db = db;
		this.#budget = budget;
	}

	prepare(query: string): D1PreparedStatement {
		return new CountedStatement(this.#db.prepare(query), this.#budget);
	}

	batch<T = unknown>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]> {
		this.#budget.spend({ statements: statements.length, subrequests: 1 });
		// A batch accepts only D1's own statements.
		return this.#db.batch<T>(statements.map(CountedStatement.own));
	}

	exec(): never {
		return notCounted("exec");
	}

	withSession(): never {
		return notCounted("withSession");
	}

	dump(): never {
		return notCounted("dump");
	}
}

function notCounted(what: string): never {
	throw new Error(`the budget does not count D1's ${what}`);
}

const ONE_STATEMENT: Cost = { statements: 1, subrequests: 1 };

class CountedStatement implements D1PreparedStatement {
	readonly #statement: D1PreparedStatement;
	readonly #budget: Spending;

	constructor(statement: D1PreparedStatement, budget: Spending) {
		this.#statement = statement;
		this.#budget = budget;
	}

	/** D1's own statement. */
	static own(statement: D1PreparedStatement): D1PreparedStatement {
		return statement instanceof CountedStatement ? statement.#statement : statement;
	}

	bind(...values: unknown[]): D1PreparedStatement {
		return new CountedStatement(this.#statement.bind(...values), this.#budget);
	}

	run<T = Record<string, unknown>>(): Promise<D1Result<T>> {
		this.#budget.spend(ONE_STATEMENT);
		return this.#statement.run<T>();
	}

	all<T = Record<string, unknown>>(): Promise<D1Result<T>> {
		this.#budget.spend(ONE_STATEMENT);
		return this.#statement.all<T>();
	}

	first<T>(column?: string): Promise<T | null> {
		this.#budget.spend(ONE_STATEMENT);
		return column === undefined ? this.#statement.first<T>() : this.#statement.first<T>(column);
	}

	raw(): never {
		return notCounted("raw");
	}
}
