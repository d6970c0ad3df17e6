import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Built, buildArtefact } from "../../../pipeline/build/build-artefact.ts";
import { runs } from "../../support/tiers/at-size.ts";
import { diagnosticCases, goodSources, sourcesOf } from "./diagnostic-cases.ts";

const CASES = diagnosticCases();
type DiagnosticCase = (typeof CASES)[number][1][number];
const builds = new Map<DiagnosticCase, Built>();

/** Builds a case once, for all that is expected of it. */
function builtOf(diagnosticCase: DiagnosticCase): Built {
	const built = builds.get(diagnosticCase) ?? buildArtefact(sourcesOf(diagnosticCase));
	builds.set(diagnosticCase, built);
	return built;
}

function edited(lines: readonly string[], [at, how, value]: [number, string, string]): string[] {
	const index = at % lines.length;
	const line = lines[index] ?? "";
	switch (how) {
		case "drop":
			return lines.toSpliced(index, 1);
		case "double":
			return lines.toSpliced(index, 0, line);
		case "indent":
			return lines.with(index, `  ${line}`);
		default:
			return lines.with(index, line.replace(/: .*|:$/, `: ${value}`));
	}
}

describe("buildArtefact", () => {
	it("compiles the good pipeline, with durations in seconds and the patterns' literals", () => {
		const built = buildArtefact(goodSources);
		expect(built).toMatchObject({
			ok: true,
			artefact: {
				settings: { repositories: ["5dlabs/cto"], settle_s: 5 },
				agents: { rex: { max_active: 1, tools: { local: [], remote: [] } } },
				events: [
					{ name: "workflow_job", on: "workflow_job" },
					{ name: "play", on: "play" },
				],
				lifecycle: [{ name: "workflow_run", on: "workflow_run", reports: "success" }],
				dedup: [{ name: "branch", ttl_s: 600, while_active: true }],
				context: [
					{ name: "job_logs", with: {}, timeout_s: 60 },
					{ name: "loki", timeout_s: 5 },
				],
				outcome: { max_attempts: 3, deadline_s: 7200, escalate: ["atlas", "human"] },
				log_patterns: [
					{ pattern: { kind: "text", text: "clippy::" }, literals: ["clippy::"] },
					["/error\\[E\\d{4}\\]/", "error[E"],
				],
			},
		});
	});

	it("gives equal content the same version, and any change another", () => {
		const version = (text: string) => {
			const built = buildArtefact({ ...goodSources, text });
			return built.ok ? built.artefact.version : undefined;
		};
		const good = version(goodSources.text);
		expect(good).toMatch(/^[0-9a-f]{16}$/);
		expect(version(`# a comment\n${goodSources.text}`)).toBe(good);
		expect(version(goodSources.text.replace("ttl: 10m", "ttl: 600s"))).toBe(good);
		expect(version(goodSources.text.replace("ttl: 10m", "ttl: 11m"))).not.toBe(good);
	});

	it("gives the same version for any order of keys", () => {
		const swapped = goodSources.text.replace(
			"tools: { local: [git], remote: [] }",
			"tools: { remote: [], local: [git] }",
		);
		const [one, other] = [goodSources.text, swapped].map((text) => buildArtefact({ ...goodSources, text }));
		expect(one?.ok && other?.ok && one.artefact.version === other.artefact.version).toBe(true);
	});

	for (const [file, cases] of CASES) {
		describe(file, () => {
			it.each(cases.map((diagnosticCase) => [diagnosticCase.case, diagnosticCase] as const))(
				"reports %s",
				(_, diagnosticCase) => {
					expect(diagnosticCase.diagnostics.length).toBeGreaterThan(0);
					const built = builtOf(diagnosticCase);
					const found = built.ok ? built.warnings : built.diagnostics;
					const isBuilt = diagnosticCase.diagnostics.every(({ severity }) => severity === "warning");
					expect(built.ok).toBe(isBuilt);
					const shown = found.map(({ file, line, column, text, message, allowed, severity }, index) => ({
						at: `${file}:${line}:${column}`,
						text,
						message,
						...(diagnosticCase.diagnostics[index]?.allowed && { allowed }),
						...(severity && { severity }),
					}));
					expect(shown).toEqual(diagnosticCase.diagnostics);
				},
			);
		});
	}

	it("answers for any change of the file, with positions inside it", () => {
		const lines = goodSources.text.split("\n");
		const value = fc.constantFrom(
			"",
			"~",
			"[]",
			"{}",
			"[[a], {b: c}]",
			"1",
			"true",
			"'('",
			"$x(",
			"*a",
			"&a b",
			"'$log(/(/)'",
			"|",
			"- x",
		);
		const edit = fc.tuple(fc.nat(lines.length - 1), fc.constantFrom("drop", "double", "indent", "value"), value);
		fc.assert(
			fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
				const text = edits.reduce(edited, lines).join("\n");
				const built = buildArtefact({ ...goodSources, text });
				const count = text.split("\n").length;
				const places = built.ok ? [] : built.diagnostics;
				expect(built.ok || places.length > 0).toBe(true);
				expect(places.every(({ line, column }) => line >= 1 && line <= count && column >= 1)).toBe(true);
			}),
			{ numRuns: runs(150) },
		);
	});

	it("points at the offending text", () => {
		const elsewhere = CASES.flatMap(([, cases]) => cases).flatMap((diagnosticCase) => {
			const sources = sourcesOf(diagnosticCase);
			const built = builtOf(diagnosticCase);
			return (built.ok ? built.warnings : built.diagnostics).flatMap(({ file, line, column, text }) => {
				const source = file === "pipeline.yaml" ? sources.text : sources.prompts[file.slice(8, -9)];
				const stretch = source?.split("\n")[line - 1]?.slice(column - 1) ?? "";
				return stretch.startsWith(text.replace(/…$/, "")) ? [] : [diagnosticCase.case];
			});
		});
		// An expression that ends too early is reported at its end, with the text that ends there.
		expect(elsewhere).toEqual([
			"an expression that ends too early",
			"a text that is not closed",
			"a group that is not closed",
			"ten of ten kinds, shape, expressions and prompts together",
			"a tab as indentation",
		]);
	});
});
