import type { AutonomyLevel } from "../../../pipeline/autonomy.ts";
import type { GitHub } from "../../../worker/github/github.ts";
import { groupLife, type World } from "./group-life.ts";

/** A world in which each branch has its level, for an hour, and GitHub gives these answers before its own. */
export async function autonomyLife(
	levelOf: (branch: string | undefined) => AutonomyLevel,
	answers: (route: string, about: Record<string, unknown>) => unknown = () => undefined,
): Promise<World> {
	const world = await groupLife();
	const { decide } = world.activeEngine;
	const asked = world.github as GitHub;
	const asInstallation = async (...of: Parameters<GitHub["asInstallation"]>) => {
		const [, route, about] = of;
		const value = answers(route, about as Record<string, unknown>);
		return value === undefined ? await asked.asInstallation(...of) : { ok: true, value, status: 200, headers: {} };
	};
	return Object.assign(world, {
		github: { ...asked, asInstallation } as GitHub,
		activeEngine: {
			...world.activeEngine,
			decide: async (input: Parameters<typeof decide>[0]) => {
				const decision = await decide(input);
				if (decision.outcome !== "spawn") return decision;
				const level = levelOf(input.incident.branch);
				return { ...decision, autonomy: { level, rule: "rule 1", expires_s: 3600 } };
			},
		},
	});
}

export async function rowOf(world: World, table: "incidents" | "attempts" | "observations", id: string) {
	const key = table === "incidents" ? "id" : "incident_id";
	return await world.journal
		.prepare(`SELECT * FROM ${table} WHERE ${key} = ?1`)
		.bind(id)
		.first<Record<string, unknown>>();
}
