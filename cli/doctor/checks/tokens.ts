import type { Right, TokenVariable } from "../../../worker/http/rights.ts";
import type { Places } from "../../places.ts";
import { type Answer, ask, type Request } from "../ask.ts";
import { type Check, failed, passed, unknown } from "../check-result.ts";
import { askWithEach } from "./each-secret.ts";

/** A request that changes nothing, and the status that it gets only with its right: the rest of it is not valid. */
interface Probe {
	readonly path: string;
	readonly request: Request;
	readonly accepted: number;
}

const PROBES: Readonly<Record<Right, Probe>> = {
	sense: { path: "/api/remediate/ci-failure", request: { method: "POST", body: "[]" }, accepted: 400 },
	read: { path: "/api/status", request: {}, accepted: 200 },
	operate: { path: "/api/pause", request: { method: "POST", body: "[]" }, accepted: 400 },
	administer: { path: "/api/export?limit=0", request: {}, accepted: 400 },
};

/** Tries each token with what its variable is for, and whether the sensor's tokens can do more than that. */
export async function tryTokens(worker: string, tokens: Places["tokens"]): Promise<readonly Check[]> {
	const hasOwn = tokens.HEALER_SENSOR_TOKENS.length > 0;
	const sensors = hasOwn ? "HEALER_SENSOR_TOKENS" : "HEALER_API_TOKEN";
	const optional = [
		["read tokens", "HEALER_READ_TOKENS", "read"],
		["operate tokens", "HEALER_OPERATE_TOKENS", "operate"],
		["admin tokens", "HEALER_ADMIN_TOKENS", "administer"],
		...(hasOwn ? ([["API token", "HEALER_API_TOKEN", "administer"]] as const) : []),
	] as const;
	return await Promise.all([
		tokens[sensors].length === 0
			? unknown("sensor's token", "not tested.", "Set HEALER_SENSOR_TOKENS or HEALER_API_TOKEN.")
			: tryEach(worker, "sensor's token", sensors, "sense", tokens[sensors]),
		...(hasOwn ? [tryToDoMore(worker, tokens.HEALER_SENSOR_TOKENS)] : []),
		...optional.flatMap(([name, variable, right]) =>
			tokens[variable].length === 0 ? [] : [tryEach(worker, name, variable, right, tokens[variable])],
		),
	]);
}

function tryEach(
	worker: string,
	name: string,
	variable: TokenVariable,
	right: Right,
	tokens: readonly string[],
): Promise<Check> {
	const question = {
		...{ name, variable, at: "the worker", accepted: PROBES[right].accepted, forbidden: `may not ${right}` },
		cure: `Set it on the worker: npx wrangler secret put ${variable}.`,
		ask: (token: string) => probe(worker, right, token),
	};
	return askWithEach(question, tokens);
}

/** A cluster's sensor is the easiest place to steal a token from. */
async function tryToDoMore(worker: string, tokens: readonly string[]): Promise<Check> {
	const name = "sensor's rights";
	for (const right of ["administer", "operate"] as const) {
		const answers = await Promise.all(tokens.map((token) => probe(worker, right, token)));
		const at = answers.findIndex((answer) => answer.kind === "answered" && answer.status === PROBES[right].accepted);
		if (at === -1) continue;
		const which = tokens.length === 1 ? "HEALER_SENSOR_TOKENS" : `token ${at + 1} of HEALER_SENSOR_TOKENS`;
		return failed(name, `${which} may also ${right}.`, "Give sensors a token that no other variable holds.");
	}
	return passed(name, "they report failures, and can do nothing else.");
}

function probe(worker: string, right: Right, token: string): Promise<Answer> {
	const { path, request } = PROBES[right];
	const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
	return ask(worker, path, { ...request, headers });
}
