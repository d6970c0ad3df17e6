import { describe, expect, it } from "vitest";
import { loadPipeline } from "../../../pipeline/stages/load-pipeline.ts";
import { readLifecycle, readSignal } from "../../../pipeline/stages/read-lifecycle.ts";
import { shippedArtefact } from "../../support/shipped-artefact.ts";
import { realPayloads } from "./real-payloads.ts";
import { smallArtefact } from "./small-artefact.ts";

const pipeline = loadPipeline({
	...smallArtefact,
	lifecycle: [
		{
			name: "leaked",
			on: "secret_scanning_alert",
			reports: "closed",
			about: { branch: "alert.secret", job: "alert.secret_type" },
		},
	],
});

const ALERT = { secret: "hunter2", secret_type: "own_kind" };

function readAlert(payload: Readonly<Record<string, unknown>>, event = "secret_scanning_alert") {
	return readLifecycle(pipeline, { event, delivery_id: "d-1", payload });
}

describe("readLifecycle", () => {
	it("hides the secret of a secret scanning alert from mappings", async () => {
		const { signal } = await readAlert({ repository: { full_name: "5dlabs/cto" }, alert: ALERT });
		expect(signal).toEqual({
			repository: "5dlabs/cto",
			job: "own_kind",
			reports: "closed",
			event: "leaked",
			delivery_id: "d-1",
		});
	});

	it.each([
		["what it says", { repository: { full_name: "5dlabs/cto" }, alert: ALERT }, "leaked reports closed"],
		["that it names no repository", { alert: ALERT }, "leaked matches, but the payload names no repository"],
		[
			"that its repository is another's",
			{ repository: { full_name: "octo/other" }, alert: ALERT },
			"leaked matches, but octo/other is not in settings.repositories",
		],
	])("explains %s", async (_what, payload, outcome) => {
		expect((await readAlert(payload)).explanation).toMatchObject([{ stage: "lifecycle", outcome }]);
	});

	it("explains nothing for an event that no entry listens to", async () => {
		expect(await readAlert({}, "star")).toEqual({ explanation: [] });
	});
});

describe("readSignal", () => {
	it("gives the signal of readLifecycle for each of GitHub's payloads", async () => {
		const shipped = loadPipeline({ ...(await shippedArtefact()), overrides: [] });
		const anywhere = loadPipeline({
			...(await shippedArtefact()),
			settings: { ...shipped.settings, repositories: ["**"] },
		});
		let signals = 0;
		for (const { event, payload } of realPayloads) {
			const delivery = { event, delivery_id: "d-1", payload };
			const { signal } = await readLifecycle(anywhere, delivery);
			expect(await readSignal(anywhere, delivery)).toEqual(signal);
			expect(await readSignal(shipped, delivery)).toBe(undefined);
			if (signal !== undefined) signals++;
		}
		expect(signals).toBeGreaterThan(10);
	});
});
