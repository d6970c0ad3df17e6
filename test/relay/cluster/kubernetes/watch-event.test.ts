import { describe, expect, it } from "vitest";
import { readWatchEvent } from "../../../../relay/cluster/kubernetes/outcomes/watch-event.ts";

const CODERUN = {
	metadata: {
		name: "healer-ci-rex-1",
		uid: "u",
		resourceVersion: "7",
		creationTimestamp: "2026-11-22T03:04:05Z",
		annotations: { "healer/incident-id": "i", "healer/attempt": "2", "healer/request-digest": "d" },
	},
	status: { phase: "Failed", message: 7, pullRequestUrl: "" },
};

describe("readWatchEvent", () => {
	it("reads a CodeRun, and drops fields of an unexpected shape", () => {
		expect(readWatchEvent("MODIFIED", CODERUN)).toEqual({
			kind: "seen",
			version: "7",
			coderun: {
				name: "healer-ci-rex-1",
				uid: "u",
				resource_version: "7",
				identity: { incident_id: "i", attempt: 2, digest: "d" },
				started: true,
				terminal: "Failed",
				message: null,
				pull_request_url: null,
				started_at: "2026-11-22T03:04:05.000Z",
				finished_at: null,
				created_at: Date.UTC(2026, 10, 22, 3, 4, 5),
				deadline_s: undefined,
				start_deadline_s: undefined,
				timed_out_at: null,
				not_started_at: null,
				reported: false,
				deleting: false,
			},
		});
		expect(readWatchEvent("DELETED", CODERUN)).toMatchObject({ kind: "left", version: "7" });
		expect(readWatchEvent("ADDED", { ...CODERUN, status: "broken" })).toMatchObject({ kind: "seen" });
	});

	it("distinguishes a dropped version from other errors", () => {
		expect(readWatchEvent("ERROR", { code: 410, reason: "Expired" })).toEqual({ kind: "expired" });
		expect(readWatchEvent("ERROR", { code: 500, message: "broken" })).toEqual({ kind: "failed", why: "500 broken" });
	});

	it("continues from a bookmark", () => {
		const bookmark = { metadata: { resourceVersion: "12" } };
		expect(readWatchEvent("BOOKMARK", bookmark)).toEqual({ kind: "bookmark", version: "12" });
	});

	it.each([
		["ADDED", undefined],
		["ADDED", { metadata: {} }],
		["BOOKMARK", {}],
		["SOMETHING", {}],
	])("survives %s with %o", (type, object) => {
		expect(readWatchEvent(type, object)).toMatchObject({ kind: "failed" });
	});
});
