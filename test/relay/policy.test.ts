import { describe, expect, it } from "vitest";
import { findViolation } from "../../relay/spawn/policy.ts";
import { spawnRequest } from "../support/spawn-request.ts";

const POLICY = { namespace: "cto", repositories: ["5dlabs/cto", "5dlabs-*/x", "other/*"], github_apps: ["5DLabs-Rex"] };

const violation = (changes: { spec?: object; metadata?: object }) => {
	const request = spawnRequest();
	const { metadata, spec } = request.coderun;
	const coderun = { metadata: { ...metadata, ...changes.metadata }, spec: { ...spec, ...changes.spec } };
	return findViolation({ ...request, coderun }, POLICY);
};
const repository = (url: unknown) => violation({ spec: { repositoryUrl: url, docsRepositoryUrl: url } });

describe("findViolation", () => {
	it.each([
		"https://github.com/5dlabs/cto",
		"https://github.com/5DLabs/CTO.git",
		"git@github.com:5dlabs/cto.git",
		"5dlabs/cto",
		"https://github.com/other/anything",
	])("allows the repository %s", (url) => expect(repository(url)).toBeUndefined());

	it.each(["https://github.com/5dlabs/cto-evil", "https://github.com/evil/cto", "https://github.com/5dlabs-z/x/"])(
		"does not allow the repository %s",
		(url) => expect(repository(url)).toMatchObject({ reason: "repository_not_allowed" }),
	);

	it.each([
		"https://evil.test/5dlabs/cto",
		"https://github.com/5dlabs/cto/../../evil/x",
		"https://github.com@evil.test/5dlabs/cto",
		"https://github.com/5dlabs/cto\n",
		7,
		undefined,
	])("does not accept %j as a repository", (url) =>
		expect(repository(url)).toMatchObject({ reason: "invalid_coderun" }),
	);

	it("checks the docs repository as well", () => {
		expect(violation({ spec: { docsRepositoryUrl: "https://github.com/evil/docs" } })).toEqual({
			reason: "repository_not_allowed",
			detail: "spec.docsRepositoryUrl evil/docs is not in HEALER_REPOSITORIES",
		});
	});

	it.each([
		["another namespace", { metadata: { namespace: "kube-system" } }, "namespace_not_allowed"],
		["another name", { metadata: { name: "healer-ci-rex-0" } }, "wrong_name"],
		["another App", { spec: { githubApp: "Evil-App" } }, "github_app_not_allowed"],
		["a label with a slash", { metadata: { labels: { branch: "feat/x" } } }, "invalid_coderun"],
		["a label's key with a space", { metadata: { labels: { "a b": "x" } } }, "invalid_coderun"],
		["a label of 64 characters", { metadata: { labels: { a: "x".repeat(64) } } }, "invalid_coderun"],
		["a key with two slashes", { metadata: { annotations: { "a/b/c": "x" } } }, "invalid_coderun"],
		["annotations over 256 KiB", { metadata: { annotations: { a: "ä".repeat(131_072) } } }, "invalid_coderun"],
	])("refuses %s", (_, changes, reason) => expect(violation(changes)).toMatchObject({ reason }));

	it("names the pipeline's settings where they are the policy", () => {
		const settings = { namespace: "spawn.namespace", repositories: "settings.repositories", github_apps: "agents" };
		const request = spawnRequest();
		const evil = { ...request.coderun, spec: { ...request.coderun.spec, githubApp: "Evil-App" } };
		expect(findViolation({ ...request, coderun: evil }, { ...POLICY, settings })).toEqual({
			reason: "github_app_not_allowed",
			detail: "spec.githubApp Evil-App is not in agents",
		});
	});

	it.each([
		["a folder below the working one", { spec: { workingDirectory: "crates/healer/" } }],
		["a branch with a slash", { spec: { docsBranch: "release/1.2" } }],
		["Docker turned off", { spec: { enableDocker: false } }],
		["tools", { spec: { localTools: "cargo,rg", remoteTools: "mcp__github__search" } }],
		["a model with a provider", { spec: { model: "anthropic/claude-opus-4-5:beta" } }],
		["dollars that refer to nothing", { spec: { env: { TARGET_BRANCH: "a$b $$(c) $$$$(d) $" } } }],
		["a run's number", { metadata: { labels: { "healer/workflow-run-id": "12216892003" } } }],
	])("allows %s", (_, changes) => expect(violation(changes)).toBeUndefined());

	const TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

	it("allows a trace of W3C Trace Context, as annotation and as variable", () => {
		const metadata = { annotations: { "healer/traceparent": TRACE } };
		expect(violation({ metadata, spec: { env: { TRACEPARENT: TRACE } } })).toBeUndefined();
	});

	it.each([
		["capitals", TRACE.toUpperCase()],
		["zeros", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`],
		["a later version", `01${TRACE.slice(2)}`],
		["more than a trace", `${TRACE}\nGITHUB_TOKEN=x`],
		["nothing", ""],
	])("allows no other text in their place: %s", (_, text) => {
		expect(violation({ spec: { env: { TRACEPARENT: text } } })).toEqual({
			reason: "invalid_coderun",
			detail: "spec.env.TRACEPARENT is no W3C traceparent",
		});
		expect(violation({ metadata: { annotations: { "healer/traceparent": text } } })).toEqual({
			reason: "invalid_coderun",
			detail: "the annotation healer/traceparent is no W3C traceparent",
		});
	});

	it("allows what the worker sends", () => expect(violation({})).toBeUndefined());
});
