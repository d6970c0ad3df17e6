import type { Env } from "../../../worker/env.ts";
import { wraps } from "../../../worker/runtime/budget.ts";

/*
 * The bindings as the platform gives them on the paid plan: what goes beyond its limits fails as it does there. workerd
 * itself holds D1 to 100 parameters and to LIKE patterns of 50 bytes, and KV to lives of 60 s.
 * https://developers.cloudflare.com/d1/platform/limits/, https://developers.cloudflare.com/workers/platform/limits/,
 * https://developers.cloudflare.com/queues/platform/limits/
 */

const MOST_STATEMENTS = 1000;
const MOST_SUBREQUESTS = 1000;
const LARGEST_ROW = 2_000_000;
const LONGEST_SQL = 100_000;
const LARGEST_MESSAGE = 128_000;
const LARGEST_BATCH = 256_000;
const MOST_IN_BATCH = 100;

/** What one invocation has asked for so far. */
export interface Invocation {
	statements: number;
	subrequests: number;
}

export function newInvocation(): Invocation {
	return { statements: 0, subrequests: 0 };
}

// The worker that the runtime calls may be another instance of this module than the test's.
const shared: { exceeded?: string[] } = (globalThis as { healerLimits?: object }).healerLimits ?? {};
(globalThis as { healerLimits?: object }).healerLimits = shared;

/** Every limit that was exceeded since the last call. Code that catches the error would hide it otherwise. */
export function takeExceeded(): readonly string[] {
	const exceeded = shared.exceeded ?? [];
	shared.exceeded = [];
	return exceeded;
}

function exceed(message: string): never {
	shared.exceeded = [...(shared.exceeded ?? []), message];
	throw new Error(message);
}

/** The bindings for one invocation. */
export function limitedEnv<E extends Env>(env: E, invocation = newInvocation()): E {
	return {
		...env,
		JOURNAL: limitedJournal(env.JOURNAL, () => invocation),
		DEDUP: limitedCalls(env.DEDUP, () => invocation),
		WAKEUPS: limitedQueue(env.WAKEUPS, () => invocation),
		...(env.DELIVERIES !== undefined && { DELIVERIES: limitedQueue(env.DELIVERIES, () => invocation) }),
	};
}

function request(invocation: Invocation): void {
	invocation.subrequests++;
	if (invocation.subrequests > MOST_SUBREQUESTS) exceed("Too many subrequests by single Worker invocation.");
}

function query(invocation: Invocation, statements: number): void {
	request(invocation);
	invocation.statements += statements;
	if (invocation.statements > MOST_STATEMENTS) {
		exceed("D1_ERROR: Too many API requests by single worker invocation.");
	}
}

/** D1, counting both a batch's statements and its call: the documentation says only "queries". */
export function limitedJournal(db: D1Database, invocation: () => Invocation): D1Database {
	const own = new WeakMap<object, D1PreparedStatement>();
	const limited = (statement: D1PreparedStatement): D1PreparedStatement => {
		const shown: D1PreparedStatement = {
			bind(...values) {
				const size = values.reduce<number>((total, value) => total + sizeOf(value), 0);
				if (size > LARGEST_ROW) exceed("D1_ERROR: string or blob too big: SQLITE_TOOBIG");
				return limited(statement.bind(...values));
			},
			first: (async (...given: []) => {
				query(invocation(), 1);
				return await statement.first(...given);
			}) as D1PreparedStatement["first"],
			async run() {
				query(invocation(), 1);
				return await statement.run();
			},
			async all() {
				query(invocation(), 1);
				return await statement.all();
			},
			raw: (async (...given: []) => {
				query(invocation(), 1);
				return await statement.raw(...given);
			}) as D1PreparedStatement["raw"],
		};
		own.set(shown, statement);
		return shown;
	};
	const wrapper: D1Database = {
		prepare(sql) {
			if (sql.length > LONGEST_SQL) exceed("D1_ERROR: statement too long: SQLITE_TOOBIG");
			return limited(db.prepare(sql));
		},
		async batch(statements) {
			query(invocation(), statements.length);
			return await db.batch(statements.map((statement) => own.get(statement) ?? statement));
		},
		exec: (sql) => db.exec(sql),
		withSession: () => exceed("sessions are not counted: count them first"),
		dump: () => exceed("dump() is not counted"),
	};
	return wraps(wrapper, db);
}

function sizeOf(value: unknown): number {
	if (typeof value === "string") return new TextEncoder().encode(value).length;
	return value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? value.byteLength : 8;
}

function limitedCalls<T extends object>(binding: T, invocation: () => Invocation): T {
	return new Proxy(binding, {
		get(target, name) {
			const member: unknown = Reflect.get(target, name, target);
			if (typeof member !== "function") return member;
			return async (...given: unknown[]) => {
				request(invocation());
				return await member.apply(target, given);
			};
		},
	});
}

function limitedQueue<M>(queue: Queue<M>, invocation: () => Invocation): Queue<M> {
	const counted = limitedCalls(queue, invocation);
	const wrapper = new Proxy(counted, {
		get(target, name) {
			const member: unknown = Reflect.get(target, name, target);
			if (name === "send") {
				return async (body: M, options?: QueueSendOptions) => {
					if (messageSize(body) > LARGEST_MESSAGE) exceed("Queue send failed: Payload Too Large");
					return await target.send(body, options);
				};
			}
			if (name !== "sendBatch") return member;
			return async (given: Iterable<MessageSendRequest<M>>, options?: QueueSendBatchOptions) => {
				const messages = [...given];
				const sizes = messages.map(({ body }) => messageSize(body));
				if (messages.length > MOST_IN_BATCH) exceed("Queue sendBatch failed: Too many messages");
				if (sizes.some((size) => size > LARGEST_MESSAGE)) exceed("Queue sendBatch failed: Payload Too Large");
				if (sizes.reduce((total, size) => total + size, 0) > LARGEST_BATCH) {
					exceed("Queue sendBatch failed: Payload Too Large");
				}
				return await target.sendBatch(messages, options);
			};
		},
	});
	return wraps(wrapper, queue);
}

/** With what the platform adds to each message. */
function messageSize(body: unknown): number {
	return sizeOf(JSON.stringify(body)) + 100;
}
