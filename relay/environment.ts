import * as z from "zod";
import { DAY_S, HOUR_S, MINUTE_S } from "../wire/durations.ts";
import { messageOf } from "../wire/message-of.ts";
import { fail, ok, type Result } from "../wire/result.ts";
import { readSecrets } from "../wire/secret.ts";
import { splitList } from "../wire/secret-list.ts";

/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** All values of a process's environment, or every problem, each naming its variable. No message holds a secret. */
export type EnvironmentReading<T> =
	| { readonly ok: true; readonly value: T }
	| { readonly ok: false; readonly problems: readonly string[] };

/** Reads an environment by the one schema of its process. Problems come in the order of the schema. */
export function readEnvironment<Schema extends z.ZodType>(
	schema: Schema,
	env: Environment,
): EnvironmentReading<z.output<Schema>> {
	const read = schema.safeParse(env);
	if (read.success) return { ok: true, value: read.data };
	return { ok: false, problems: read.error.issues.map(({ path, message }) => `${path.join(".")}${message}`) };
}

/** A variable, trimmed; an empty one counts as unset. A problem continues the variable's name. */
function variable<T>(read: (given: string | undefined) => Result<T>) {
	return z
		.string()
		.optional()
		.transform((given, context) => {
			const reading = read(given?.trim() || undefined);
			if (reading.ok) return reading.value;
			context.addIssue({ code: "custom", message: reading.problem });
			return z.NEVER;
		});
}

/** A path or another text, taken as it is. */
export const exactText = z.string().optional();

export const text = variable((given) => ok(given));

export function textOr(standard: string) {
	return variable((given) => ok(given ?? standard));
}

export function oneOf<const Name extends string>(names: readonly Name[], standard: Name) {
	return variable<Name>((given = standard) => {
		const name = names.find((one) => one === given);
		return name === undefined ? fail(` is ${JSON.stringify(given)}: give ${names.join(" or ")}.`) : ok(name);
	});
}

/** 0 picks any free port. */
export function port(standard: number) {
	return variable((given = String(standard)) => {
		const number = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN;
		return number <= 65_535 ? ok(number) : fail(` is ${JSON.stringify(given)}: give a port, 0 to 65535.`);
	});
}

export function onOff(standard: boolean) {
	return variable((given) => {
		const word = given?.toLowerCase();
		if (word === undefined) return ok(standard);
		if (word === "true" || word === "false") return ok(word === "true");
		return fail(` is ${JSON.stringify(word)}: give true or false.`);
	});
}

const UNITS = { s: 1, m: MINUTE_S, h: HOUR_S, d: DAY_S } as const;

/** Seconds; undefined where it is not set. */
export const duration = variable<number | undefined>((given) => {
	if (given === undefined) return ok(undefined);
	const [, amount, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(given) ?? [];
	if (amount === undefined) return fail(` is ${JSON.stringify(given)}: give a duration such as 90s, 30m or 2h.`);
	return ok(Number(amount) * UNITS[unit as keyof typeof UNITS]);
});

/** Names separated by commas or spaces, which have to be given: the relay allows nothing by itself. */
export function allowList(example: string) {
	return variable((given) => {
		const names = splitList(given);
		if (names.length > 0) return ok(names);
		return fail(` is not set: the relay creates CodeRuns only for what it names (${example}; * allows all).`);
	});
}

/** Names of Kubernetes namespaces; none where it is not set. */
export const namespaces = variable(readNamespaces);

function readNamespaces(given: string | undefined): Result<readonly string[]> {
	const names = splitList(given);
	if (names.every((name) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))) return ok(names);
	return fail(" contains an invalid namespace name: give names separated by commas.");
}

/** The same, or `*` for any; undefined where it is not set. */
export const namespacesOrAny = variable<readonly string[] | "any" | undefined>((given) => {
	if (given === undefined) return ok(undefined);
	if (given === "*") return ok("any");
	return readNamespaces(given);
});

/** A text of that form. */
export function textLike(form: RegExp, standard: string, what: string) {
	return variable((given = standard) =>
		form.test(given) ? ok(given) : fail(` is ${JSON.stringify(given)}: give ${what}.`),
	);
}

/** Names separated by commas or spaces, each of that form; none where it is not set. */
export function namesLike(form: RegExp | z.ZodType<string>, what: string) {
	const fits = (name: string) => (form instanceof RegExp ? form.test(name) : form.safeParse(name).success);
	return variable<readonly string[]>((given) => {
		const names = splitList(given);
		const odd = names.find((name) => !fits(name));
		return odd === undefined ? ok(names) : fail(` contains ${JSON.stringify(odd)}: give ${what}.`);
	});
}

/** A number from 1; undefined where it is not set. */
export function count(most: number) {
	return variable<number | undefined>((given) => {
		if (given === undefined) return ok(undefined);
		const number = /^[1-9]\d{0,8}$/.test(given) ? Number(given) : Number.NaN;
		return number <= most ? ok(number) : fail(` is ${JSON.stringify(given)}: give a number from 1 to ${most}.`);
	});
}

export const workerAddress = variable((given = "") => {
	if (URL.canParse(given) && /^https?:$/.test(new URL(given).protocol)) return ok(given);
	return fail(" is not set: give the worker's address, where outcomes are posted, such as https://healer.example.com");
});

/** Several while they are rotated; the first one signs. */
export const wireSecrets = variable<readonly string[]>((given) => {
	try {
		return ok(readSecrets(given ?? ""));
	} catch (error) {
		return fail(`${messageOf(error).replace(/^HEALER_WIRE_SECRETS/, "")}.`);
	}
});

/** A header value: printable characters, and nothing that could end the header. */
export const header = variable<string | undefined>((given) => {
	if (given === undefined || /^[!-~]{1,8192}$/.test(given)) return ok(given);
	return fail(" contains characters that are not allowed in a header.");
});

/** A server's address; `token`: the variable that holds its token. `scheme`: added to an address that has none. */
export function serverAddress(token: string, scheme?: "https://") {
	return variable<URL | undefined>((given) => {
		if (given === undefined) return ok(undefined);
		const address = scheme !== undefined && !given.includes("://") ? `${scheme}${given}` : given;
		if (!URL.canParse(address)) return fail(" is not an address: give one such as http://loki.observability.svc:3100.");
		const base = new URL(address);
		if (!/^https?:$/.test(base.protocol)) return fail(" is not an http or https address.");
		if (base.username || base.password) return fail(` contains credentials: put a token into ${token} instead.`);
		if (base.search || base.hash) return fail(" has a query or a fragment: give only the address.");
		return ok(base);
	});
}
