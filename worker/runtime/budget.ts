import type { Env } from "../env.ts";

/** What a piece of work asks of the platform. */
export interface Cost {
	/** Statements that the journal runs; each one of a batch counts. */
	readonly statements: number;
	/** Requests to anything outside: GitHub, the relay, and every call of the journal, of KV and of the queue. */
	readonly subrequests: number;
}

/**
 * What the platform allows one invocation on the paid plan. Whether a batch counts once or by its statements is not
 * documented, and older copies of the documentation name 1,000 subrequests: the strict reading of both.
 * https://developers.cloudflare.com/d1/platform/limits/, https://developers.cloudflare.com/workers/platform/limits/
 */
const INVOCATION_LIMITS: Cost = { statements: 1000, subrequests: 1000 };

/** What is left of an invocation's limits. Work that finds too little left is done by a later invocation. */
export interface Budget {
	has(cost: Cost): boolean;
	/** The same budget, of which so much is kept for others. */
	keeping(kept: Cost): Budget;
}

/** Where what was spent is counted. */
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

/** All of these together. */
export function sum(costs: readonly Cost[]): Cost {
	return {
		statements: costs.reduce((total, { statements }) => total + statements, 0),
		subrequests: costs.reduce((total, { subrequests }) => total + subrequests, 0),
	};
}

/** So many of the same. */
export function times({ statements, subrequests }: Cost, count: number): Cost {
	return { statements: statements * count, subrequests: subrequests * count };
}

const ONE_SUBREQUEST: Cost = { statements: 0, subrequests: 1 };

/** The same function; every call is spent. */
export function countedFetch(made: typeof fetch, budget: Spending): typeof fetch {
	return (input, init) => {
		budget.spend(ONE_SUBREQUEST);
		return made(input, init);
	};
}

/** The same bindings; what goes to the journal, KV and the queue is spent. */
export function countedBindings(env: Env, budget: Spending): Pick<Env, "JOURNAL" | "DEDUP" | "WAKEUPS" | "DELIVERIES"> {
	return {
		JOURNAL: countedJournal(env.JOURNAL, budget),
		DEDUP: countedCalls(env.DEDUP, budget),
		WAKEUPS: countedCalls(env.WAKEUPS, budget),
		...(env.DELIVERIES !== undefined && { DELIVERIES: countedCalls(env.DELIVERIES, budget) }),
	};
}

const counted = new WeakMap<object, object>();

/** Notes that `wrapper` is `binding`, with its calls counted for one invocation. */
export function wraps<T extends object>(wrapper: T, binding: T): T {
	counted.set(wrapper, binding);
	return wrapper;
}

/** The binding itself, which outlives the invocation: what is remembered about it is kept by it. */
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

/** The same journal; every statement and every call is spent. */
export function countedJournal(db: D1Database, budget: Spending): D1Database {
	// A batch takes D1's own statements alone.
	const own = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
	const countedStatement = (statement: D1PreparedStatement): D1PreparedStatement => {
		const shown = new Proxy(statement, {
			get(target, name) {
				const member: unknown = Reflect.get(target, name, target);
				if (typeof member !== "function") return member;
				if (name === "bind") return (...values: unknown[]) => countedStatement(target.bind(...values));
				return (...given: unknown[]) => {
					budget.spend({ statements: 1, subrequests: 1 });
					return member.apply(target, given);
				};
			},
		});
		own.set(shown, statement);
		return shown;
	};
	const wrapper = new Proxy(db, {
		get(target, name) {
			if (name === "prepare") return (query: string) => countedStatement(target.prepare(query));
			if (name === "batch") {
				return (statements: readonly D1PreparedStatement[]) => {
					budget.spend({ statements: statements.length, subrequests: 1 });
					return target.batch(statements.map((statement) => own.get(statement) ?? statement));
				};
			}
			const member: unknown = Reflect.get(target, name, target);
			return typeof member === "function" ? member.bind(target) : member;
		},
	});
	return wraps(wrapper, db);
}
