import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readCaseFile } from "../../cli/cases/case-file.ts";
import { knownWebhooks } from "../support/github-schema.ts";
import { shippedArtefact } from "../support/shipped-artefact.ts";

const FOLDER = fileURLToPath(new URL("../cases/pipeline", import.meta.url));
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith(".yaml"));

/** `workflow_job completed`, or `push` where an event has no action. */
async function eventsOfCases(): Promise<ReadonlySet<string>> {
	const read = await Promise.all(FILES.map((file) => readCaseFile(`${FOLDER}/${file}`)));
	const cases = read.flatMap((file) => (file.ok ? file.value : []));
	return new Set(cases.flatMap(({ event, payload }) => (event === undefined ? [] : [named(event, actionOf(payload))])));
}

describe("the pipeline's cases", () => {
	it("cover every event that the pipeline names, and each of its actions at GitHub", async () => {
		const { events } = await shippedArtefact();
		const listened = new Set(events.map(({ on }) => on));
		const known = knownWebhooks().filter(({ event }) => listened.has(event));
		const covered = await eventsOfCases();
		expect(known.length).toBeGreaterThan(60);
		expect(known.map(({ event, action }) => named(event, action)).filter((name) => !covered.has(name))).toEqual([]);
	});

	it("cover every internal event that the pipeline names", async () => {
		const { events, webhook_events } = await shippedArtefact();
		const covered = await eventsOfCases();
		const github = new Set([...webhook_events, ...knownWebhooks().map(({ event }) => event)]);
		const own = events.map(({ on }) => on).filter((on) => !github.has(on));
		expect(own).toEqual(["base_conflict", "play_stage_failure"]);
		expect(own.filter((on) => !covered.has(on))).toEqual([]);
	});
});

function named(event: string, action: string | undefined): string {
	return action === undefined ? event : `${event} ${action}`;
}

function actionOf(payload: unknown): string | undefined {
	const action = typeof payload === "object" && payload !== null && "action" in payload ? payload.action : undefined;
	return typeof action === "string" ? action : undefined;
}
