import { exists, refused, type SpawnCall, type StepAnswer } from "./spawn-call.ts";

/** The answer when this attempt's CodeRun exists already; undefined when no CodeRun has its name. */
export async function recogniseCodeRun(call: SpawnCall): Promise<StepAnswer> {
	const { incident_id, attempt, coderun } = call.request;
	const found = await call.cluster.readCodeRun(coderun.metadata.name);
	if (found.kind === "unavailable") return found;
	if (found.kind === "not_found") return undefined;
	const { identity } = found.coderun;
	if (identity?.incident_id !== incident_id || identity.attempt !== attempt) {
		return refused("name_taken", `${coderun.metadata.name} is not this incident's`);
	}
	return identity.digest === call.digest ? exists(call) : { kind: "replayed" };
}
