import { type AgentAnswer, type Answers, givenOf } from "./answers.ts";

/** Text by path in the configuration repository. */
export type Files = Readonly<Record<string, string>>;

/** Shipped prompts by the field that they are written for. */
const PROMPTS: Readonly<Record<string, string>> = {
	rust: "rust-fix",
	frontend: "frontend-fix",
	infrastructure: "infra-fix",
	security: "security-fix",
};

/** Everything that `healer init` writes. `wrangler`: the wrangler.toml that Healer ships. */
export function filesOf(answers: Answers, wrangler: string): Files {
	return {
		"README.md": readme(answers),
		"package.json": packageJson(answers),
		".gitignore": "node_modules/\n.healer/\n.wrangler/\n*.env\n!deploy/settings.env\n*.pem\n",
		"pipeline.yaml": pipeline(answers),
		"cases/routing.yaml": cases(answers),
		"wrangler.toml": ownWrangler(wrangler),
		".github/workflows/healer.yml": WORKFLOW,
		...(answers.deploy === "helm" ? { "deploy/values.yaml": values(answers) } : kustomize(answers)),
	};
}

/** The GitHub App that an agent works as: `Acme-Atlas`. */
function appOf({ org }: Pick<Answers, "org">, { name }: AgentAnswer): string {
	const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
	return `${capital(org)}-${capital(name)}`;
}

function defaultAgent({ agents }: Answers): AgentAnswer {
	return agents.at(-1) ?? { name: "atlas", takes: [] };
}

function packageJson(answers: Answers): string {
	const content = {
		name: `${answers.org.toLowerCase()}-healer`,
		private: true,
		type: "module",
		scripts: {
			start: "healer start",
			check: "healer check",
			test: "healer test",
			push: "healer push",
			deploy: "wrangler deploy",
		},
		dependencies: { healer: "file:healer" },
		healer: { init: givenOf(answers) },
	};
	return `${JSON.stringify(content, undefined, 2)}\n`;
}

function pipeline(answers: Answers): string {
	const agents = answers.agents.map((agent) => {
		const isDefault = agent === defaultAgent(answers);
		const prompt = PROMPTS[agent.takes[0] ?? ""] ?? "github-fix";
		return `  ${agent.name}:
    github_app: ${appOf(answers, agent)}
    cli: claude
    model: claude-opus-4-5
    prompt: ${prompt}
    max_active: 1${agent.takes.length > 0 ? `\n    takes: [${agent.takes.join(", ")}]` : ""}${isDefault ? "\n    default: true" : ""}
`;
	});
	return `# What ${answers.org} decides. What Healer knows is in the packs under \`extends\`; \`npx healer show\` prints both.
# All keys: healer/docs/pipeline.md.
version: 1
extends: [healer/github, healer/tools, healer/cluster]

settings:
  repositories: [${answers.repositories.map((name) => JSON.stringify(name)).join(", ")}]
  # How long an incident waits for more deliveries of the same run before it is decided.
  settle: 5s
  # The namespace to ask about, and the Argo CD application that runs there, where the cluster is asked for context.
  vars: { namespace: default, application: app }

# \`github_app\`: the GitHub App that the agent works as. \`takes\`: the fields whose failures it fixes.
agents:
${agents.join("")}
route:
  - { name: owner, agent: $owner($failure.category) }
  - { name: default, agent: ${defaultAgent(answers).name} }

# One agent at a time on a branch, and one for a repository's alerts.
dedup:
  - { name: branch, key: "kind != 'security' ? $key(repository, 'branch', branch)", ttl: 10m, while_active: true }
  - { name: alerts, key: "kind = 'security' ? $key(repository, 'alerts')", ttl: 10m, while_active: true }

outcome:
  max_attempts: 2
  # At the end a person is asked, in a comment on the pull request or an issue.
  escalate: [human]
  label: needs-human
  protected_branches: [main, master, "release/**"]

# The namespace that the CodeRun controller watches.
spawn: { namespace: ${answers.namespace} }
`;
}

function cases(answers: Answers): string {
	const [first = "acme/*"] = answers.repositories;
	const repository = first.replace(/\*.*$/, "shop");
	const rust = answers.agents.find(({ takes }) => takes.includes("rust")) ?? defaultAgent(answers);
	return `# What is expected of pipeline.yaml: \`npx healer test\`. \`npx healer case INCIDENT\` writes one from a real incident.
- name: a Rust failure
  incident: { repository: ${repository}, branch: topic }
  log: "error[E0308]: mismatched types"
  expect: { agent: ${rust.name}, failure_type: rust_build }
- name: what nobody takes
  incident: { repository: ${repository}, branch: topic }
  expect: { agent: ${defaultAgent(answers).name}, failure_type: general }
- name: a failed job as GitHub reports it
  event: workflow_job
  payload:
    action: completed
    repository: { full_name: ${repository}, default_branch: main }
    workflow_job: { id: 7, run_id: 4711, conclusion: failure, head_branch: topic, name: test }
  expect: { identity: ${repository}|run|4711, claims: { branch: ${repository}|branch|topic } }
- name: another organisation's repository
  incident: { repository: somebody-else/shop, branch: topic }
  expect: { filter: allowed-repository }
`;
}

/** The shipped one, with paths into the folder `healer`; ids are filled in as its README says. */
function ownWrangler(shipped: string): string {
	const withoutBuild = shipped.replace(/\n\[build\]\n(?:[^[\n].*\n|#.*\n)*/, "\n");
	return withoutBuild
		.replace('main = "worker/index.ts"', 'main = "healer/worker/index.ts"')
		.replace('directory = "dist/page"', 'directory = "healer/dist/page"')
		.replace('migrations_dir = "worker/migrations"', 'migrations_dir = "healer/worker/migrations"')
		.replace(
			"\n[vars]\n",
			`
[build]
command = "npx healer build --out healer/dist/pipeline.json && npx healer build --page healer/dist/page"

[vars]
`,
		);
}

function relaySettings(answers: Answers): readonly (readonly [name: string, value: string])[] {
	return [
		["HEALER_URL", answers.url],
		["HEALER_REPOSITORIES", answers.repositories.join(",")],
		["HEALER_GITHUB_APPS", answers.agents.map((agent) => appOf(answers, agent)).join(",")],
		["HEALER_DEADLINE", "2h"],
		["HEALER_DELETE_OVERDUE", "true"],
	];
}

function values(answers: Answers): string {
	const settings = relaySettings(answers).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}\n`);
	return `# The relay: \`helm upgrade --install healer-relay healer/deploy/helm/healer-relay -n ${answers.namespace} -f deploy/values.yaml\`.
image:
  # The image that you built (healer/docs/deploy.md).
  repository: ghcr.io/${answers.org.toLowerCase()}/healer-relay
  tag: "0.1.0"
# The Secret with HEALER_WIRE_SECRETS.
existingSecret: healer-relay
# What CodeRuns may work on, and the Apps that they may run as, whatever a worker signs.
settings:
${settings.join("")}`;
}

function kustomize(answers: Answers): Files {
	const settings = relaySettings(answers).map(([name, value]) => `${name}=${value}\n`);
	return {
		"deploy/kustomization.yaml": `# The relay: \`kubectl apply -k deploy\`.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: ${answers.namespace}
resources:
  - ../healer/deploy/relay
configMapGenerator:
  # Replaces the settings that Healer ships.
  - name: healer-relay
    behavior: replace
    envs: [settings.env]
images:
  # The image that you built (healer/docs/deploy.md).
  - name: ghcr.io/5dlabs/healer-relay
    newName: ghcr.io/${answers.org.toLowerCase()}/healer-relay
    newTag: 0.1.0
`,
		"deploy/settings.env": `# What CodeRuns may work on, and the Apps that they may run as, whatever a worker signs.\n${settings.join("")}`,
	};
}

const WORKFLOW = `# Checks every change, and activates what is merged.
name: Healer
on:
  pull_request:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  policy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: { submodules: true }
      - uses: actions/setup-node@v4
        with: { node-version: 24 }
      - run: npm ci
      - run: npx healer check --strict
      - run: npx healer test
      # Without a deploy: active within a minute. The token may push pipelines and nothing of GitHub's.
      - if: github.event_name == 'push' && vars.HEALER_URL != ''
        run: npx healer push --yes --message "\${{ github.sha }}"
        env:
          HEALER_URL: \${{ vars.HEALER_URL }}
          HEALER_ADMIN_TOKENS: \${{ secrets.HEALER_ADMIN_TOKENS }}
`;

function readme(answers: Answers): string {
	const apply =
		answers.deploy === "helm"
			? `helm upgrade --install healer-relay healer/deploy/helm/healer-relay -n ${answers.namespace} -f deploy/values.yaml`
			: "kubectl apply -k deploy";
	return `# Healer at ${answers.org}

Which failures are fixed, by which agent, and how far. Written by \`healer init\`; yours to edit.

| file | what |
| --- | --- |
| \`pipeline.yaml\` | the policy |
| \`cases/\` | what is expected of it: \`npx healer test\` |
| \`wrangler.toml\` | the worker on Cloudflare |
| \`deploy/\` | the relay in your cluster |
| \`.github/workflows/healer.yml\` | checks each change, and activates what is merged |
| \`healer/\` | Healer itself, a Git submodule: its commit is the version that you run |

## Next steps

1. Get Healer and its dependencies:
   \`git init && git submodule add ${answers.healer} healer && npm install\`
2. \`npx healer check && npx healer test\`
3. Try it on this machine: \`npm start\`
4. Create Cloudflare's resources and write their ids into \`wrangler.toml\`: healer/docs/deploy.md, step 2. Then \`npm run deploy\`.
5. Create the GitHub App: \`npx healer app create --org ${answers.org} --url ${answers.url}\`
6. Start the relay: \`${apply}\`
7. \`npx healer doctor\` says what is missing.

To activate what is merged, set the variable \`HEALER_URL\` and the secret \`HEALER_ADMIN_TOKENS\` of this repository on GitHub.

To upgrade Healer: \`git -C healer fetch && git -C healer checkout VERSION && npm install && npx healer check\`. \`npx healer init\`
shows what a newer one would write otherwise, and changes nothing that you edited unless you say so.
`;
}
