import { readFileSync } from "node:fs";
import path from "node:path";
import type { Context } from "../../../pipeline/context.ts";
import type { Incident } from "../../../pipeline/incident.ts";
import { readLogText } from "../../../pipeline/log/log-reader.ts";
import { compileLogSearch } from "../../../pipeline/log/log-search.ts";
import type { PromptInput } from "../../../pipeline/prompt/prompt-view.ts";

type Part = Record<string, unknown>;

function ok(from: string, data: Part, incomplete?: string): Context[string] {
	return { from, took_ms: 12, status: "ok", data, ...(incomplete !== undefined && { incomplete }) };
}

function skipped(from: string, why = "not configured"): Context[string] {
	return { from, took_ms: 0, status: "skipped", why };
}

function logs(text: string, name: string, failed_steps: readonly string[]): Context[string] {
	const reading = readLogText(compileLogSearch([]), text);
	return ok("github.job_logs", { reading, jobs: [{ name, failed_steps, log: "whole" }] });
}

function agent(name: string, github_app: string, prompt: string): PromptInput["agent"] {
	return {
		name,
		github_app,
		cli: "claude",
		model: "claude-opus-4-5",
		prompt,
		max_active: 1,
		tools: { local: [], remote: [] },
	};
}

function incident(more: Partial<Incident>): Incident {
	return {
		id: "5f1c8a0e9b7d4c3f8a6e2d1b0c9f8e7d",
		kind: "ci",
		event: "workflow_job",
		delivery_id: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
		repository: "5dlabs/cto",
		default_branch: "main",
		occurred_at: "2026-11-20T09:14:03Z",
		...more,
	};
}

const OWN_BRANCH = "healer/5f1c8a0e9b7d4c3f";

const clippyLog = readFileSync(path.join(import.meta.dirname, "../../cases/logs/clippy.log"), "utf8");

const rust: PromptInput = {
	incident: incident({
		workflow: { name: "Controller CI", path: ".github/workflows/controller-ci.yaml" },
		job: "lint",
		failed_steps: ["Run cargo clippy"],
		run_id: "19531209876",
		conclusion: "failure",
		url: "https://github.com/5dlabs/cto/actions/runs/19531209876/job/55912345678",
		branch: "feat/spawn-limits",
		head_sha: "9c1f2b7e5d3a4c6b8e0f1a2b3c4d5e6f7a8b9c0d",
		commit_message: "Bound how many CodeRuns an agent may have\n\nThe count is taken under a claim on the agent.",
		actor: { login: "octocat", type: "User" },
		pr_number: 412,
	}),
	context: {
		run: ok("github.run", {
			id: "19531209876",
			workflow: {},
			head: { sha: "9c1f2b7", moved: false },
			green_now: false,
		}),
		job_logs: logs(clippyLog, "lint", ["Run cargo clippy"]),
		pull_request: ok("github.pull_request", {
			number: 412,
			title: "Bound how many CodeRuns an agent may have",
			base_branch: "main",
			mergeable_state: "unstable",
		}),
		changed_files: ok("github.changed_files", {
			files: [
				{ path: "crates/controller/src/spawn.rs", additions: 48, deletions: 9, status: "modified" },
				{ path: "crates/controller/src/limits.rs", additions: 71, deletions: 0, status: "added" },
				{ path: "crates/controller/tests/limits.rs", additions: 33, deletions: 0, status: "added" },
			],
			total: 3,
			additions: 152,
			deletions: 9,
		}),
		loki: skipped("loki.query_range"),
	},
	attempt: 2,
	previous_attempts: [
		{
			attempt: 1,
			agent: "rex",
			outcome: "ci_still_failing",
			message: "Replaced the clone by a borrow in spawn.rs",
			pull_request_url: "https://github.com/5dlabs/cto/pull/412",
			ci: "Controller CI / lint: failure",
		},
	],
	agent: agent("rex", "5DLabs-Rex", "rust-fix"),
	because: {
		agent: "rex",
		rule: "row-1",
		by: "evidence",
		evidence: "own_finding",
		type: "rust_clippy",
		field: "rust",
		tool: "clippy",
		command: "cargo clippy --all-targets -- -D warnings",
		line: "error: this function has too many arguments (9/7)",
		line_number: 131,
		place: "crates/controller/src/leases.rs:131",
	},
	failure: {
		type: "rust_clippy",
		category: "rust",
		fix: "Run cargo clippy as the job does, and fix what it says at its place rather than allowing it.",
	},
	strategy: { name: "same", branch: "feat/spawn-limits", target: "feat/spawn-limits" },
};

const TYPESCRIPT_LOG = `2026-11-20T09:12:01.1000000Z ##[group]Run pnpm run typecheck
2026-11-20T09:12:01.1000001Z \u001b[36;1mpnpm run typecheck\u001b[0m
2026-11-20T09:12:01.1000002Z shell: /usr/bin/bash -e {0}
2026-11-20T09:12:01.1000003Z env:
2026-11-20T09:12:01.1000004Z   NPM_TOKEN: ***
2026-11-20T09:12:01.1000005Z ##[endgroup]
2026-11-20T09:12:02.0000000Z
2026-11-20T09:12:02.1000000Z > ui@1.14.0 typecheck /home/runner/work/cto/cto/apps/ui
2026-11-20T09:12:02.1000001Z > tsc --noEmit -p tsconfig.json
2026-11-20T09:12:02.1000002Z
2026-11-20T09:12:19.4000000Z src/components/RunTable.tsx(41,23): error TS2345: Argument of type 'string | undefined' is not assignable to parameter of type 'string'.
2026-11-20T09:12:19.4000001Z   Type 'undefined' is not assignable to type 'string'.
2026-11-20T09:12:19.4000002Z src/hooks/useRuns.ts(18,5): error TS2322: Type '{ agent: string; }[]' is not assignable to type 'Run[]'.
2026-11-20T09:12:19.4000003Z   Property 'status' is missing in type '{ agent: string; }' but required in type 'Run'.
2026-11-20T09:12:19.5000000Z  ELIFECYCLE  Command failed with exit code 2.
2026-11-20T09:12:19.6000000Z ##[error]Process completed with exit code 2.
`;

const frontend: PromptInput = {
	incident: incident({
		event: "workflow_run",
		workflow: { name: "Frontend CI", path: ".github/workflows/frontend-ci.yaml" },
		job: "typecheck",
		run_id: "19531211111",
		conclusion: "failure",
		url: "https://github.com/5dlabs/cto/actions/runs/19531211111",
		branch: "main",
		head_sha: "0b6f0a4f1c2d3e4f5061728394a5b6c7d8e9f001",
		head_repository: "5dlabs/cto",
		commit_message: "Show the status of each run",
		actor: { login: "hubot", type: "User" },
	}),
	context: {
		run: ok("github.run", {
			id: "19531211111",
			workflow: {},
			head: { sha: "77aa0b6f0a4f1c2d3e4f5061728394a5b6c7d8e9", moved: true },
			newer: {
				id: "19531212222",
				url: "https://github.com/5dlabs/cto/actions/runs/19531212222",
				status: "in_progress",
			},
			green_now: false,
		}),
		job_logs: logs(TYPESCRIPT_LOG, "typecheck", ["Run pnpm run typecheck"]),
		changed_files: ok("github.changed_files", {
			files: [
				{ path: "apps/ui/src/hooks/useRuns.ts", additions: 12, deletions: 4, status: "modified" },
				{
					path: "apps/ui/src/components/RunTable.tsx",
					previous_path: "apps/ui/src/components/Runs.tsx",
					additions: 30,
					deletions: 2,
					status: "renamed",
				},
			],
			of: "commit",
			total: 2,
			additions: 42,
			deletions: 6,
		}),
		pull_request: { from: "github.pull_request", took_ms: 80, status: "empty" },
	},
	attempt: 1,
	agent: agent("blaze", "5DLabs-Blaze", "frontend-fix"),
	because: { agent: "blaze", rule: "row-2", by: "workflow", found: "frontend-*" },
	failure: {
		type: "frontend_typescript",
		category: "frontend",
		fix: "Run the project's own type check, and make the types tell what the values are; no casts.",
	},
	strategy: { name: "fix", branch: OWN_BRANCH, why: "default_branch" },
};

const HELM_LOG = `##[group]Run argocd app wait controller --sync --health --timeout 300
\u001b[36;1margocd app wait controller --sync --health --timeout 300\u001b[0m
shell: /usr/bin/bash -e {0}
##[endgroup]
TIMESTAMP                  GROUP        KIND   NAMESPACE                  NAME    STATUS   HEALTH        HOOK  MESSAGE
2026-11-20T09:13:41+00:00   apps  Deployment         cto            controller  OutOfSync  Progressing
2026-11-20T09:18:41+00:00   apps  Deployment         cto            controller    Synced   Degraded
time="2026-11-20T09:18:42Z" level=fatal msg="timed out (300s) waiting for app \\"controller\\" match desired state"
##[error]Process completed with exit code 20.
`;

const infra: PromptInput = {
	incident: incident({
		workflow: { name: "GitOps sync", path: ".github/workflows/gitops-sync.yaml" },
		job: "wait-for-sync",
		failed_steps: ["Run argocd app wait"],
		run_id: "19531213333",
		conclusion: "failure",
		url: "https://github.com/5dlabs/cto/actions/runs/19531213333/job/2",
		branch: "main",
		head_sha: "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
		commit_message: "Raise the controller to 1.9.0",
		actor: { login: "octocat", type: "User" },
	}),
	context: {
		job_logs: logs(HELM_LOG, "wait-for-sync", ["Run argocd app wait"]),
		changed_files: ok("github.changed_files", {
			files: [{ path: "infra/gitops/applications/controller.yaml", additions: 1, deletions: 1 }],
			total: 1,
		}),
		argocd: ok("argocd.application", {
			health: "Degraded",
			sync: "Synced",
			unhealthy: ["apps/Deployment cto/controller: Degraded: Deployment exceeded its progress deadline"],
			operation: "Succeeded at 2026-11-20T09:13:44Z: successfully synced (all tasks run)",
			conditions: [],
		}),
		workflow: ok("argo.workflow", {
			name: "play-412-qx7p",
			phase: "Failed",
			message: "child 'deploy' failed",
			failed_nodes: ["deploy (Pod) of deploy-controller Failed: exit code 20"],
		}),
		loki: ok("loki.query_range", {
			lines: [
				'2026-11-20T09:18:30Z controller-7c9d: Error: environment variable "LEASE_NAMESPACE" is not set',
				"2026-11-20T09:18:01Z controller-7c9d: starting controller 1.9.0",
			],
		}),
		prometheus: ok("prometheus.query", { now: 0.42, before: 0.01, spike: true }),
		pods: ok("kubernetes.pods", {
			pods: [
				"controller-7c9d5b6f4-x2l8k: Running, 6 restarts, controller waits: CrashLoopBackOff (back-off 5m0s), controller ended: Error, exit code 1",
			],
			events: [
				"2026-11-20T09:18:31Z Warning BackOff controller-7c9d5b6f4-x2l8k: Back-off restarting failed container (6 times)",
			],
		}),
		grafana: ok("grafana.alerts", {
			alerts: ["KubePodCrashLooping (namespace=cto, pod=controller-7c9d5b6f4-x2l8k) since 2026-11-20T09:16:00Z"],
			dashboards: ["Controller https://grafana.5dlabs.example/d/abc/controller"],
		}),
	},
	attempt: 1,
	agent: agent("bolt", "5DLabs-Bolt", "infra-fix"),
	because: { agent: "bolt", rule: "row-4", by: "default" },
	failure: {
		type: "argocd_sync",
		category: "infrastructure",
		fix: "Compare what Git wants with what the cluster has, and correct it in Git.",
	},
	strategy: { name: "fix", branch: OWN_BRANCH, why: "default_branch" },
};

const security: PromptInput = {
	incident: incident({
		kind: "security",
		event: "dependabot_alert",
		url: "https://github.com/5dlabs/cto/security/dependabot/87",
		alert: {
			type: "dependabot",
			number: 87,
			severity: "high",
			package_name: "tar",
			cve_id: "CVE-2026-10234",
			manifest_path: "apps/ui/package-lock.json",
			description:
				"Path traversal when extracting hard links\n\nVersions before 7.5.3 follow a hard link out of the target folder.\n\nAffected: < 7.5.3. Patched: 7.5.3.",
		},
	}),
	context: {
		job_logs: skipped("github.job_logs", "there is no run"),
		changed_files: skipped("github.changed_files", "its condition is false"),
	},
	attempt: 1,
	agent: agent("cipher", "5DLabs-Cipher", "security-fix"),
	because: { agent: "cipher", rule: "row-5", by: "classify_rule", type: "security_dependabot" },
	failure: {
		type: "security_dependency",
		category: "security",
		fix: "Raise the package to the latest patched version, and look whether the hole could be reached.",
	},
	strategy: { name: "fix", branch: OWN_BRANCH, why: "no_branch" },
};

const MERGE_LOG = `##[group]Run git merge --no-ff origin/main
\u001b[36;1mgit merge --no-ff origin/main\u001b[0m
shell: /usr/bin/bash -e {0}
##[endgroup]
Auto-merging CHANGELOG.md
CONFLICT (content): Merge conflict in CHANGELOG.md
Auto-merging .github/workflows/release.yaml
CONFLICT (content): Merge conflict in .github/workflows/release.yaml
Automatic merge failed; fix conflicts and then commit the result.
##[error]Process completed with exit code 1.
`;

const github: PromptInput = {
	incident: incident({
		event: "issue_comment",
		kind: "manual",
		workflow: { name: "Release", path: ".github/workflows/release.yaml" },
		job: "merge",
		failed_steps: ["Run git merge"],
		run_id: "19531214444",
		conclusion: "failure",
		url: "https://github.com/5dlabs/cto/actions/runs/19531214444",
		branch: "release/2.0",
		head_repository: "contributor/cto",
		head_sha: "ffee0011223344556677889900aabbccddeeff00",
		commit_message: "Prepare 2.0",
		actor: { login: "contributor", type: "User" },
		pr_number: 77,
		command: { name: "fix", args: "please keep both changelog entries" },
		evidence: "The merge job has been red since Tuesday.",
	}),
	context: {
		job_logs: logs(MERGE_LOG, "merge", ["Run git merge"]),
		pull_request: ok("github.pull_request", {
			number: 77,
			title: "Prepare 2.0",
			base_branch: "main",
			mergeable_state: "dirty",
		}),
		changed_files: ok(
			"github.changed_files",
			{
				files: [{ path: "CHANGELOG.md", additions: 14, deletions: 0 }],
				total: 3120,
				additions: 41_200,
				deletions: 38_001,
			},
			"the first 1 of 3120",
		),
		commit: { from: "github.commit", took_ms: 5000, status: "failed", why: "no answer within 5 s" },
	},
	attempt: 1,
	agent: agent("atlas", "5DLabs-Atlas", "github-fix"),
	because: { agent: "atlas", rule: "default", by: "default" },
	failure: {
		type: "git_merge_conflict",
		category: "github",
		fix: "Merge the target into the branch, keep what both sides meant, and run both sides' tests.",
	},
	strategy: { name: "fix", branch: OWN_BRANCH, why: "fork" },
};

/** One complete input for each shipped template. */
export const GOLDEN_INPUTS: readonly PromptInput[] = [rust, frontend, infra, security, github];
