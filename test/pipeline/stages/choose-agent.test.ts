import { describe, expect, it } from "vitest";
import { compileCondition } from "../../../pipeline/expression/compile-expression.ts";
import type { Facts } from "../../../pipeline/expression/facts.ts";
import { chooseAgent } from "../../../pipeline/stages/choose-agent.ts";
import type { Classified } from "../../../pipeline/stages/classify.ts";
import { loadPipeline, type Pipeline } from "../../../pipeline/stages/load-pipeline.ts";
import { smallArtefact } from "./small-artefact.ts";

type Row = Partial<Pipeline["route"][number]> & { readonly name: string };

const row = (written: Row): Pipeline["route"][number] => ({
	...{ agent: written.name, to: undefined as never, condition: undefined },
	...written,
	...(written.when !== undefined && { condition: compileCondition(written.when) }),
});

const ROUTE = [
	row({ name: "payments", when: "repository = 'acme/payments'" }),
	row({ name: "rex", evidence: "rust", workflows: ["*-ci", "controller-*"], files: ["*.rs", "Cargo.toml"] }),
	row({ name: "blaze", evidence: "frontend", workflows: ["frontend-*", "ui-*"], files: ["*.ts", "package.json"] }),
	row({ name: "bolt", evidence: "infrastructure", workflows: ["docker-*"], files: ["Dockerfile", "*.yaml"] }),
	row({ name: "atlas", evidence: "github", workflows: ["*-release", "deploy-*"], files: [".github/workflows/*"] }),
	row({ name: "review", when: "kind = 'review'" }),
	row({ name: "default" }),
].map((rule) => row(rule));

const NOTHING: Classified = { type: "general", category: "general", fix: "", verdicts: [] };

function failed(field: string, kind: NonNullable<Classified["evidence"]>["kind"]): Classified {
	const evidence = { kind, field, type: `${field}_x`, fix: "", over: [] };
	return { ...NOTHING, type: evidence.type, category: field, evidence };
}

async function chosen(facts: Facts, failure: Classified = NOTHING, input: object = {}) {
	const scope = { input, variables: {}, facts };
	const { found, column } = await chooseAgent({ ...loadPipeline(smallArtefact), route: ROUTE }, scope, {
		facts,
		failure,
	});
	return column === undefined ? found?.name : `${found?.name} by ${column.by}: ${column.found}`;
}

describe("the agent", () => {
	const workflow = (name: string, more: Facts = {}): Facts => ({ workflow: { name }, ...more });
	const cases: readonly (readonly [about: string, agent: string, ...Parameters<typeof chosen>])[] = [
		["a rule above the table", "payments", {}, failed("rust", "own_finding"), { repository: "acme/payments" }],
		[
			"what failed, whatever the workflow is called",
			"rex by evidence: rust",
			workflow("frontend-ci"),
			failed("rust", "own_finding"),
		],
		[
			"a field without a row",
			"default",
			workflow("controller-ci", { changed_files: ["a.rs"] }),
			failed("go", "own_finding"),
		],
		["a glob with a fixed beginning", "blaze by workflow: frontend-*", workflow("Frontend CI")],
		["the same against an end that is longer", "blaze by workflow: ui-*", workflow("ui-release")],
		[
			"a word of the workflow's name against an end",
			"default",
			workflow("python-ci"),
			failed("python", "workflow_name"),
		],
		["an end alone", "atlas by workflow: *-release", workflow("nightly-release")],
		["most changed files", "blaze by files: 2 of 3", { changed_files: ["a.ts", "b/c.ts", "d.rs"] }],
		["the more specific glob of a file", "atlas by files: 1 of 1", { changed_files: [".github/workflows/x.yaml"] }],
		["the first row among equals", "rex by files: 1 of 2", { changed_files: ["a.ts", "d.rs"] }],
		["a workflow before files", "bolt by workflow: docker-*", workflow("docker-images", { changed_files: ["a.rs"] })],
		["a mention, after files", "rex by files: 1 of 1", { changed_files: ["a.rs"] }, failed("frontend", "log_text")],
		["a mention alone", "blaze by evidence: frontend", {}, failed("frontend", "log_text")],
		["a rule below the table", "review", {}, NOTHING, { kind: "review" }],
		["nothing", "default", {}],
	];
	for (const [about, agent, ...given] of cases)
		it(`is ${agent} by ${about}`, async () => expect(await chosen(...given)).toBe(agent));
});
