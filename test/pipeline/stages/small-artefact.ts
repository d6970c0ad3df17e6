import type { Agent, Artefact } from "../../../pipeline/artefact.ts";
import { settings } from "../../../pipeline/grammar/pipeline-file.ts";

/** A small artefact: two GitHub events, an internal one, and every stage. */
export const smallArtefact: Artefact = {
	version: "v1",
	settings: settings.parse({
		repositories: ["octo-org/*", "Codertocat/*", "5dlabs/cto"],
		skip_markers: ["[skip-healer]"],
		commands: { logins: ["Codertocat"] },
	}),
	agents: {
		rex: agent("5DLabs-Rex", ["cargo", "rg"]),
		atlas: agent("5DLabs-Atlas", []),
	},
	events: [
		{
			name: "never",
			on: "workflow_job",
			when: "action = 'never'",
			kind: "ci",
			identity: "$key(repository.full_name, 'never')",
			incident: {},
		},
		{
			name: "failed_job",
			on: "workflow_job",
			when: "action = 'completed' and workflow_job.conclusion in ['failure', 'timed_out']",
			kind: "ci",
			identity: "$key(repository.full_name, 'run', workflow_job.run_id)",
			incident: {
				run_id: "$string(workflow_job.run_id)",
				run_attempt: "workflow_job.run_attempt",
				branch: "workflow_job.head_branch",
				head_sha: "workflow_job.head_sha",
				workflow: { name: "workflow_job.workflow_name" },
				job: "workflow_job.name",
				failed_steps: "workflow_job.steps[conclusion = 'failure'].name",
				conclusion: "workflow_job.conclusion",
				url: "workflow_job.html_url",
			},
		},
		{
			name: "check_run",
			on: "check_run",
			when: "action = 'completed' and check_run.conclusion = 'failure'",
			kind: "ci",
			identity: "$key(repository.full_name, 'check', check_run.head_sha, check_run.app.slug)",
			incident: { branch: "check_run.check_suite.head_branch", app: "check_run.app.slug" },
		},
		{ name: "play", on: "play", kind: "play", incident: { branch: "branch", evidence: "error" } },
	],
	webhook_events: ["check_run", "workflow_job"],
	lifecycle: [],
	filters: [
		{ name: "allowed-repository", keep: "$glob(repository, $settings.repositories)" },
		{ name: "bots", keep: "$settings.process_bot_commits or actor.type != 'Bot'" },
		{ name: "skip-markers", keep: "$not($mentions(commit_message, $settings.skip_markers))" },
	],
	dedup: [
		{ name: "branch", key: "$key(repository, 'branch', branch)", ttl_s: 600, while_active: true },
		{ name: "pr", key: "$key(repository, 'pr', pr_number)", ttl_s: 600, while_active: false },
	],
	context: [
		{ name: "job_logs", from: "github.job_logs", with: { tail: 200 }, when: "$exists(run_id)", timeout_s: 60 },
		{ name: "loki", from: "loki.query_range", with: { query: "'{branch=' & branch & '}'" }, timeout_s: 5 },
	],
	fields: {},
	tools: [],
	classify: [
		{ type: "rust_clippy", category: "rust", when: "$log('clippy::')", fix: "Run cargo clippy." },
		{ type: "general", category: "general", fix: "Find out." },
	],
	route: [
		{ name: "rust", agent: "rex", when: "$failure.category = 'rust' or $share('*.rs') > 0.5" },
		{ name: "default", agent: "atlas" },
	],
	spawn: {
		namespace: "cto",
		labels: {
			"healer/agent": "$agent.name",
			"healer/branch": "branch",
			"healer/attempt": "$attempt",
			"healer/pr": "pr_number",
		},
		annotations: { "healer/branch": "branch", "healer/message": "commit_message", "healer/broken": "$uppercase(5)" },
		spec: {
			service: "'remediation'",
			githubApp: "$agent.github_app",
			localTools: "$join($agent.tools.local, ',')",
			acceptanceCriteria: "alert.description",
			promptModification: "$prompt",
			enableDocker: false,
			cliConfig: { cliType: "$agent.cli", settings: { rule: "$rule" } },
			env: {
				FAILURE_TYPE: "$failure.type",
				PR_NUMBER: "$string(pr_number ?? 0)",
				RUN_ATTEMPT: "run_attempt",
				TARGET_BRANCH: "branch",
				ALERT: "alert.number",
			},
		},
	},
	outcome: {
		max_attempts: 3,
		pause_s: 120,
		deadline_s: 7200,
		start_deadline_s: 600,
		ci_deadline_s: 3600,
		escalate: ["human"],
		label: "needs-human",
		branch_strategy: "same",
		protected_branches: ["main"],
		bot_branches: ["dependabot/**"],
		split: "none",
	},
	prompts: {
		fix: "{{agent_name}} fixes {{failure_type}} on {{#inline}}{{branch}}{{/inline}}{{> _logs}}",
		_logs: "{{#fenced}}{{logs}}{{/fenced}}",
	},
	log_patterns: [{ pattern: { kind: "text", text: "clippy::" }, literals: ["clippy::"] }],
};

function agent(github_app: string, local: string[]): Agent {
	return { github_app, cli: "claude", model: "m", prompt: "fix", max_active: 1, tools: { local, remote: [] } };
}
