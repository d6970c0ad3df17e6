import { type DecideInput, type Decision, decide, type Pipeline } from "../../pipeline/index.ts";
import { type CaseHistory, historyOfCase } from "./case-history.ts";

/** What is known of a failure beside its context. */
export interface KnownOfFailure {
	/** It is in the flake ledger. */
	readonly flaky?: boolean | undefined;
	readonly history?: CaseHistory | undefined;
}

/** Decides a failure. Flakes and histories know it by its fingerprint, which it has only once it is decided. */
export async function decideKnowing(
	pipeline: Pipeline,
	input: DecideInput,
	{ flaky = false, history }: KnownOfFailure,
): Promise<Decision> {
	const decision = await decide(pipeline, input);
	if (decision.outcome !== "spawn" || (!flaky && history === undefined)) return decision;
	const key = decision.fingerprint?.key ?? null;
	return await decide(pipeline, {
		...input,
		...(flaky && key !== null && { reruns: { flakes: [key], earlier: [] } }),
		...(history !== undefined && { history: historyOfCase(history, input.incident, key) }),
	});
}
