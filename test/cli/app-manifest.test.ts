import { describe, expect, it } from "vitest";
import { appManifest } from "../../cli/app-manifest.ts";
import { permissionsForEvents, permissionsForHealer } from "../../cli/github-app/permissions.ts";
import { knownWebhooks } from "../support/github-schema.ts";
import { shippedArtefact } from "../support/shipped-artefact.ts";

/** Repository permissions, as GitHub's pages name them. */
const SHOWN: Readonly<Record<string, string>> = {
	Actions: "actions",
	Checks: "checks",
	"Code scanning alerts": "security_events",
	"Commit statuses": "statuses",
	Contents: "contents",
	"Dependabot alerts": "vulnerability_alerts",
	Deployments: "deployments",
	Issues: "issues",
	"Merge queues": "merge_queues",
	"Pull requests": "pull_requests",
	"Secret scanning alerts": "secret_scanning_alerts",
};

describe("permissionsForEvents", () => {
	it("agrees with what GitHub says about each event", () => {
		const wrong = knownWebhooks().flatMap(({ event, summary }) => {
			const { permissions, unknown } = permissionsForEvents([event]);
			const [, shown = ""] = /must have at least read-level access for the "([^"]+)"/.exec(summary) ?? [];
			if (unknown.length > 0 || shown === "") return [];
			return Object.keys(permissions)[0] === SHOWN[shown] ? [] : [`${event}: ${shown}`];
		});
		expect(wrong).toEqual([]);
	});

	it("lists events for which no repository permission is known", () => {
		expect(permissionsForEvents(["star", "push"])).toEqual({ permissions: { contents: "read" }, unknown: ["star"] });
	});
});

describe("permissionsForHealer", () => {
	it("requests write access only where people are notified", () => {
		const outcome = { escalate: ["atlas"] } as never;
		expect(permissionsForHealer({ context: [], outcome, events: [] })).toEqual({ metadata: "read" });
		const events = [{ on: "issue_comment" }] as never;
		expect(permissionsForHealer({ context: [], outcome, events })).toEqual({
			issues: "write",
			metadata: "read",
			pull_requests: "write",
		});
	});
});

describe("appManifest", () => {
	it("asks for the events of the pipeline, and no others", async () => {
		const artefact = await shippedArtefact();
		const manifest = appManifest(artefact, { name: "Healer", url: "https://healer.example.com" });
		expect(manifest.default_events).not.toContain("deployment");
		expect(manifest.default_permissions.actions).toBe("write");
		expect(
			appManifest({ ...artefact, rerun: [] }, { name: "H", url: "https://h.test" }).default_permissions.actions,
		).toBe("read");
		expect(manifest.default_permissions.checks).toBe("read");
		const group = { scope: "repository", window_s: 60, check_run: true } as const;
		expect(appManifest({ ...artefact, group }, { name: "H", url: "https://h.test" }).default_permissions.checks).toBe(
			"write",
		);
		expect(manifest.hook_attributes.url).toBe("https://healer.example.com/webhooks/github");
	});
});
