import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Artefact } from "../../../pipeline/artefact.ts";
import { loadPipeline } from "../../../pipeline/stages/load-pipeline.ts";
import { readDelivery } from "../../../pipeline/stages/read-delivery.ts";
import { readLifecycle } from "../../../pipeline/stages/read-lifecycle.ts";
import { rejectEarly } from "../../../pipeline/stages/reject-early.ts";
import { whyIgnored } from "../../../pipeline/stages/why-ignored.ts";
import { smallArtefact } from "./small-artefact.ts";

const REPOSITORY = { full_name: "5dlabs/cto" };

describe("rejectEarly", () => {
	it.each([
		[
			"an action that no entry takes",
			"workflow_job",
			{ action: "queued" },
			{ kind: "not_matched", event: "workflow_job", action: "queued" },
		],
		["no action", "workflow_job", {}, { kind: "not_matched", event: "workflow_job" }],
		["an event that nothing listens to", "label", { action: "created" }, { kind: "unknown_event", event: "label" }],
		["an action that an entry may take", "workflow_job", { action: "completed" }, undefined],
		["an event without a condition", "play", {}, undefined],
		["an action that is no text", "workflow_job", { action: ["queued"] }, undefined],
	])("%s", (_what, event, payload, reason) => {
		const pipeline = loadPipeline(smallArtefact);
		const delivery = { event, delivery_id: "d-1", payload: { repository: REPOSITORY, ...payload } };
		expect(rejectEarly(pipeline, delivery)).toEqual(reason);
	});

	it.each([
		["a list", [{ action: "queued" }]],
		["a text", "queued"],
		["null", null],
	])("leaves a payload that is %s to the full way", (_what, payload) => {
		expect(rejectEarly(loadPipeline(smallArtefact), { event: "label", delivery_id: "d-1", payload })).toBe(undefined);
	});

	it("never rejects what lifecycle may take", () => {
		const green = { name: "green", on: "check_run", when: "action = 'created' and check_run.ok", about: {} };
		const pipeline = loadPipeline({ ...smallArtefact, lifecycle: [{ ...green, reports: "success" }] });
		const of = (action: string) => ({ event: "check_run", delivery_id: "d-1", payload: { action } });
		expect(rejectEarly(pipeline, of("created"))).toBe(undefined);
		expect(rejectEarly(pipeline, of("rerequested"))).toEqual({
			...{ kind: "not_matched", event: "check_run", action: "rerequested" },
		});
	});

	it("reads the settings as the repository has them", () => {
		const when = "$settings.watch.pull_requests and action in ['opened', 'synchronize']";
		const pipeline = loadPipeline({
			...smallArtefact,
			events: [{ name: "pr", on: "pull_request", when, kind: "change", incident: {} }],
			overrides: [{ repositories: ["5dlabs/watched"], settings: { watch: { pull_requests: true } } }] as never,
		});
		const of = (full_name: string, action: string) =>
			rejectEarly(pipeline, {
				event: "pull_request",
				delivery_id: "d",
				payload: { action, repository: { full_name } },
			});
		expect(of("5dlabs/cto", "opened")).toEqual({ kind: "not_matched", event: "pull_request", action: "opened" });
		expect(of("5dlabs/watched", "opened")).toBe(undefined);
		expect(of("5dlabs/watched", "labeled")).toMatchObject({ action: "labeled" });
	});

	it("rejects nothing that the full way would not have ignored for the same reason", { timeout: 60_000 }, async () => {
		await fc.assert(
			fc.asyncProperty(policies, payloads, fc.constantFrom("a", "b", "c"), async (policy, payload, event) => {
				const pipeline = loadPipeline(policy);
				const delivery = { event, delivery_id: "d-1", payload };
				const early = rejectEarly(pipeline, delivery);
				if (early === undefined) return;
				const reading = await readDelivery(pipeline, delivery);
				const { signal } = await readLifecycle(pipeline, delivery);
				expect(signal).toBe(undefined);
				expect(reading.outcome).toBe("ignored");
				if (reading.outcome !== "ignored") return;
				expect(reading.incident).toBe(undefined);
				expect(early).toEqual(whyIgnored(reading.reason, delivery, signal));
			}),
			{ numRuns: 1_500 },
		);
	});
});

const action = fc.constantFrom("opened", "closed", "", "completed");

const payloads = fc.oneof(
	{
		weight: 9,
		arbitrary: fc.record(
			{
				action: fc.oneof({ weight: 6, arbitrary: action }, fc.constantFrom(null, 1, true, ["opened"], { a: 1 })),
				event: action,
				settings: fc.constant({ on: true }),
				state: fc.oneof(action, fc.boolean(), fc.constant(null)),
				sequence: fc.constant(true),
				repository: fc.constantFrom<unknown>(REPOSITORY, { full_name: "5dlabs/other" }, null, 3),
			},
			{ requiredKeys: [] },
		),
	},
	{ weight: 1, arbitrary: fc.constantFrom<unknown>(null, "opened", [{ action: "opened" }], []) },
);

/** Conditions of what they are made of in policies, and of what may only look like it. */
const condition: fc.Arbitrary<string> = fc.letrec<{ condition: string }>((tie) => ({
	condition: fc.oneof(
		{ maxDepth: 4, depthSize: "small" },
		fc.constantFrom(
			"action = 'opened'",
			"action != 'opened'",
			"'closed' = action",
			"action in ['opened', 'closed']",
			"action in 'opened'",
			"action in $settings.vars.actions",
			"$exists(action)",
			"$settings.watch.pull_requests",
			"$settings.vars.actions",
			"$settings.vars.actions[0] = action",
			"$exists($settings.vars.actions[7])",
			"$settings.vars.none",
			"$event = 'a'",
			"action = $event",
			"state = 'opened'",
			"state",
			"action",
			"action.a = 1",
			"action[$ = 'opened'] = 'opened'",
			"$$.action = 'closed'",
			"$count(action) = 1",
			"$uppercase(action) = 'OPENED'",
			"($action := 'opened'; true)",
			"action = state",
			"action > 'm'",
			"$boolean(action)",
			"true",
			"false",
			"null",
			"$error('no')",
		),
		fc.tuple(tie("condition"), fc.constantFrom(" and ", " or "), tie("condition")).map((parts) => parts.join("")),
		tie("condition").map((inner) => `(${inner})`),
		tie("condition").map((inner) => `$not(${inner})`),
	),
})).condition;

const when = fc.option(condition, { nil: undefined, freq: 12 });

const policies: fc.Arbitrary<Artefact> = fc
	.record({
		events: fc.array(fc.record({ on: fc.constantFrom("a", "b"), when }), { maxLength: 3 }),
		lifecycle: fc.array(fc.record({ on: fc.constantFrom("a", "b"), when }), { maxLength: 2 }),
		watched: fc.boolean(),
	})
	.map(({ events, lifecycle, watched }) => ({
		...smallArtefact,
		settings: { ...smallArtefact.settings, vars: { actions: ["opened", "closed"] } },
		events: events.map((of, at) => ({
			...{ name: `e${at}`, on: of.on, kind: "ci" as const, identity: "$key('x')", incident: {} },
			...(of.when !== undefined && { when: of.when }),
		})),
		lifecycle: lifecycle.map((of, at) => ({
			...{ name: `l${at}`, on: of.on, reports: "success" as const, about: {} },
			...(of.when !== undefined && { when: of.when }),
		})),
		overrides: [{ repositories: ["5dlabs/other"], settings: { watch: { pull_requests: watched } } }] as never,
	}));
