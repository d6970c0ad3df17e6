import { readFileSync } from "node:fs";
import path from "node:path";
import examples from "@octokit/webhooks-examples/api.github.com/index.json" with { type: "json" };
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readAlertEvent, readCiEvent, unwrapBody } from "../../worker/ingest/sensor-event.ts";
import { blocksOf } from "../support/markdown.ts";

interface Filter {
	readonly path: string;
	readonly value: readonly string[];
}
interface Source {
	readonly dependencyName: string;
	readonly dataKey: string;
	readonly useRawData: boolean;
}
interface Trigger {
	readonly template: {
		readonly conditions: string;
		readonly http: {
			readonly url: string;
			readonly method: string;
			readonly secureHeaders: readonly unknown[];
			readonly payload: readonly { readonly src: Source; readonly dest: string }[];
		};
	};
	readonly policy: unknown;
	readonly retryStrategy: { readonly steps: number };
}
interface Sensor {
	readonly spec: {
		readonly dependencies: readonly { readonly name: string; readonly filters: { readonly data: readonly Filter[] } }[];
		readonly triggers: readonly Trigger[];
	};
}

const FILE = path.join(import.meta.dirname, "../../deploy/argo-sensor/sensor.yaml");
const { spec }: Sensor = parse(readFileSync(FILE, "utf8"), { merge: true });

/** An event as Argo Events' GitHub source forwards it: GitHub's payload, with two of its headers inside. */
function heard(event: string, payload: object): { readonly body: Record<string, unknown> } {
	return { body: { ...payload, "X-GitHub-Event": event, "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958" } };
}

/** The URL and body that each trigger posts, if its filters let the event pass. */
function posted(event: object): readonly { readonly path: string; readonly body: unknown }[] {
	const passing = spec.dependencies.filter(({ filters }) => filters.data.every((filter) => passes(filter, event)));
	return spec.triggers
		.filter(({ template }) => passing.some(({ name }) => name === template.conditions))
		.map(({ template: { http } }) => ({
			path: new URL(http.url).pathname,
			body: Object.fromEntries(http.payload.map(({ src, dest }) => [dest, valueAt(event, src.dataKey)])),
		}));
}

/** Argo Events reads filter values as regular expressions. */
function passes({ path, value }: Filter, event: object): boolean {
	const given = valueAt(event, path);
	return typeof given === "string" && value.some((pattern) => new RegExp(pattern).test(given));
}

function valueAt(event: object, path: string): unknown {
	return path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], event);
}

/** The fields that Healer reads from what a trigger posts. */
function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
	const read = unwrapBody(body);
	if (!read.ok) throw new Error(read.problem);
	return read.value;
}

function example(name: string, action: string): Record<string, unknown> {
	const payloads: readonly Record<string, unknown>[] = examples.find((group) => group.name === name)?.examples ?? [];
	const found = payloads.find((payload) => payload.action === action);
	if (found === undefined) throw new Error(`no example of ${name} ${action}`);
	return found;
}

describe("deploy/argo-sensor", () => {
	const failed = (name: string, conclusion: string) => {
		const payload = example(name, "completed");
		return heard(name, { ...payload, [name]: { ...(payload[name] as object), conclusion } });
	};

	it.each(["workflow_run", "workflow_job"])("hands a failed %s to where Healer reads it", (name) => {
		for (const conclusion of ["failure", "timed_out", "startup_failure"]) {
			const requests = posted(failed(name, conclusion));
			expect(requests.map(({ path }) => path)).toEqual(["/api/remediate/ci-failure"]);
			expect(readCiEvent(fieldsOf(requests[0]?.body))).toMatchObject({
				event: name,
				payload: { action: "completed", [name]: { conclusion } },
			});
		}
	});

	it.each(["dependabot_alert", "code_scanning_alert"])("hands a %s to where Healer reads it", (name) => {
		const requests = posted(heard(name, example(name, "created")));
		expect(requests.map(({ path }) => path)).toEqual(["/api/remediate/security-alert"]);
		expect(readAlertEvent(fieldsOf(requests[0]?.body))).toMatchObject({ event: name });
	});

	it("ignores what did not fail, and other events", () => {
		expect(posted(failed("workflow_run", "success"))).toEqual([]);
		expect(posted(failed("workflow_job", "cancelled"))).toEqual([]);
		expect(posted(heard("workflow_job", example("workflow_job", "queued")))).toEqual([]);
		expect(posted(heard("push", { ref: "refs/heads/main" }))).toEqual([]);
	});

	it("signs in with the Secret's token, sends events whole, and tries three times until Healer answers", () => {
		for (const { template, policy, retryStrategy } of spec.triggers) {
			expect(template.http.method).toBe("POST");
			expect(template.http.secureHeaders).toEqual([
				{ name: "Authorization", valueFrom: { secretKeyRef: { name: "healer-api", key: "authorization" } } },
			]);
			expect(template.http.payload.map(({ src }) => src.useRawData)).toEqual([true]);
			expect(policy).toEqual({ status: { allow: [200, 202] } });
			expect(retryStrategy.steps).toBe(3);
		}
	});

	it("is what docs/migration.md shows beside the former snippet", () => {
		const [, now] = blocksOf("docs/migration.md").filter(({ language }) => language === "yaml");
		const trigger = spec.triggers.find(({ template }) => template.conditions === "workflow-run")?.template.http;
		expect(trigger).toMatchObject(parse(now?.text ?? "").http);
	});
});
