import { describe, expect, it } from "vitest";
import type { Context } from "../../../pipeline/context.ts";
import type { Incident } from "../../../pipeline/incident.ts";
import { PROMPT_VARIABLES } from "../../../pipeline/prompt/prompt-variables.ts";
import { type PreviousAttempt, type PromptInput, promptView } from "../../../pipeline/prompt/prompt-view.ts";

const incident: Incident = { id: "i", kind: "ci", event: "workflow_job", delivery_id: "d", repository: "o/r" };
const agent: PromptInput["agent"] = {
	name: "rex",
	github_app: "5DLabs-Rex",
	cli: "claude",
	model: "m",
	prompt: "rust-fix",
	max_active: 1,
	tools: { local: [], remote: [] },
};
const failure = { type: "rust_clippy", category: "rust", fix: "Run it." };

function view(more: Partial<PromptInput> = {}) {
	return promptView({
		incident,
		context: {},
		attempt: 1,
		agent,
		failure,
		because: { agent: "rex", rule: "rust", by: "route_rule" },
		strategy: { name: "same", branch: "x", target: "x" },
		...more,
	});
}

const ok = { took_ms: 1, status: "ok" } as const;

describe("promptView", () => {
	it("returns only names in PROMPT_VARIABLES", () => {
		for (const name of Object.keys(view())) expect(PROMPT_VARIABLES).toHaveProperty(name);
	});

	it("has every variable that templates rely on", () => {
		const named = `workflow_name workflow_url branch commit_sha commit_message workflow_logs logs pr_number pr_title
			changed_files file_diff_summary argocd_app_status argocd_sync_status argocd_resources_unhealthy recent_error_logs
			error_rate_spike related_pods pod_events failure_type failure_category suggested_fix_approach attempt
			previous_attempts branch_strategy alert_type severity package_name cve_id alert_description`;
		for (const name of named.split(/\s+/)) expect(PROMPT_VARIABLES).toHaveProperty(name);
	});

	it("omits unknown values", () => {
		const known = Object.entries(view()).filter(([, value]) => value !== undefined && value !== false);
		expect(known.map(([name]) => name).sort()).toEqual([
			"agent_name",
			"attempt",
			"because",
			"branch_strategy",
			"event",
			"failure_category",
			"failure_type",
			"fix_branch",
			"github_app",
			"incident_id",
			"kind",
			"missing",
			"repository",
			"repository_url",
			"suggested_fix_approach",
		]);
	});

	it("formats the context", () => {
		const context: Context = {
			files: {
				...ok,
				from: "github.changed_files",
				data: {
					files: [
						{ path: "a.rs", additions: 3, deletions: 1 },
						{ path: "b\nc", additions: 2 },
					],
				},
			},
			pr: { ...ok, from: "github.pull_request", data: { number: 3, title: "T" } },
			argocd: {
				...ok,
				from: "argocd.application",
				data: { health: "Degraded", sync: "OutOfSync", unhealthy: ["x", "y"] },
			},
			loki: { ...ok, from: "loki.query_range", data: { lines: ["e1", "e2"] } },
			rate: { ...ok, from: "prometheus.query", data: { now: 2, before: 0.1, spike: true } },
			pods: { ...ok, from: "kubernetes.pods", data: { pods: ["p restarts 3"], events: [] } },
			grafana: { ...ok, from: "grafana.alerts", data: { firing: 1 } },
			commit: { from: "github.commit", took_ms: 9, status: "failed", why: "HTTP 500" },
		};
		expect(view({ context })).toMatchObject({
			changed_files: "a.rs (+3 -1)\nb\\nc (+2 -0)",
			file_diff_summary: "2 files changed, +5 -1",
			pr_title: "T",
			argocd_app_status: "Degraded",
			argocd_sync_status: "OutOfSync",
			argocd_resources_unhealthy: "x\ny",
			recent_error_logs: "e1\ne2",
			error_rate_spike: "a spike: 2 now, 0.1 an hour before",
			related_pods: "p restarts 3",
			pod_events: undefined,
			grafana_alerts: '{\n  "firing": 1\n}',
			missing: [{ name: "commit", from: "github.commit", why: "HTTP 500" }],
			has_missing: true,
			has_argocd: true,
			has_cluster_context: true,
		});
	});

	it("says where the fix goes", () => {
		const text = (strategy: PromptInput["strategy"], more: Partial<Incident> = {}) =>
			view({ incident: { ...incident, ...more }, strategy }).branch_strategy;
		const same = { name: "same", branch: "x", target: "x" } as const;
		expect(text(same, { pr_number: 5 })).toContain("pull request #5");
		expect(text(same)).toContain("Push to the failing branch itself");
		const fix = { name: "fix", branch: "healer/1" } as const;
		expect(text({ ...fix, why: "default_branch" })).toContain(
			"healer/1 (continue on it if it already exists) from the default",
		);
		expect(text({ ...fix, why: "protected_branch", target: "main" })).toContain("The failing branch is protected");
		expect(text({ ...fix, target: "x" })).toContain("from the failing branch");
		expect(text({ ...fix, why: "fork" })).toContain("in a fork");
		expect(text({ ...fix, why: "tag", target: "main" })).toBe(
			"It failed on a tag, and tags are never moved. Create the branch healer/1 (continue on it if it already exists) from the default branch and open a pull request to it. Never push to the tag, nor to the default branch.",
		);
		expect(text({ ...fix, why: "deleted_branch" })).toContain("which would bring it back");
		expect(text({ ...fix, why: "unknown_branch" })).toContain("git ls-remote --heads origin");
		expect(text({ ...fix, why: "bot_branch", target: "renovate/x" })).toContain("Never push to the bot's branch.");
		const queued = { why: "merge_queue", pr_number: 123, base: "main", target: "feat/a" } as const;
		expect(text({ ...fix, ...queued })).toContain("git fetch origin refs/pull/123/head");
	});

	it("shows a tag as a tag, never as a branch", () => {
		const strategy = { name: "fix", branch: "healer/1", why: "tag", target: "main" } as const;
		const shown = view({ incident: { ...incident, branch: "v1.2.3", branch_state: "tag" }, strategy });
		expect(shown).toMatchObject({ tag: "v1.2.3", target_branch: "main" });
		expect(shown.branch).toBeUndefined();
	});

	it("names where a fix starts from only if that is certain", () => {
		const start = (strategy: PromptInput["strategy"]) => view({ strategy }).target_branch;
		const fix = { name: "fix", branch: "healer/1", target: "main" } as const;
		expect(start({ name: "same", branch: "x", target: "x" })).toBeUndefined();
		expect(start({ ...fix, why: "unknown_branch" })).toBeUndefined();
		expect(start({ ...fix, why: "unknown_head" })).toBeUndefined();
		expect(start({ ...fix, why: "fork" })).toBeUndefined();
		expect(start({ ...fix, why: "deleted_branch" })).toBe("main");
	});

	it("goes on with the pull request of an earlier attempt, as far as that is open", () => {
		const text = (last: Partial<PreviousAttempt>, strategy: PromptInput["strategy"]) => {
			const attempt = { attempt: 1, agent: "rex", outcome: "ci_still_failing", ...last };
			return view({ attempt: 2, previous_attempts: [attempt], strategy }).branch_strategy;
		};
		const fix = { name: "fix", branch: "healer/1", why: "default_branch" } as const;
		const first =
			"Create the branch healer/1 (continue on it if it already exists) from the default branch and open a pull request to it. Never push to the default branch.";
		expect(text({}, fix)).toBe(first);
		expect(text({ pull_request: 12 }, fix)).toBe(
			`${first} An earlier attempt opened pull request #12 from that branch: continue in the branch and update #12. Open another one only if #12 is closed or merged.`,
		);
		expect(text({ pull_request: 12, pull_request_state: "merged" }, fix)).toBe(
			`${first} Pull request #12 of an earlier attempt was merged, and the check failed again with it: start from the target branch as it is now. If healer/1 still exists, merge the target branch into it first. Then open a new pull request.`,
		);
		expect(text({ pull_request: 12, pull_request_state: "closed" }, fix)).toBe(
			`${first} Pull request #12 of an earlier attempt was closed without a merge: read why, then open a new one.`,
		);
		expect(text({ pull_request: 12 }, { name: "same", branch: "x", target: "x" })).not.toContain("#12");
	});

	it("gives a retry the earlier attempts", () => {
		const previous_attempts = [{ attempt: 1, agent: "rex", outcome: "failed", message: "no PR" }];
		expect(view({ attempt: 2, previous_attempts })).toMatchObject({
			is_retry: true,
			attempt: "2",
			previous_attempts: "attempt 1 by rex ended failed: no PR",
		});
	});
});
