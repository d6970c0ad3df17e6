import { ApiException, CustomObjectsApi } from "@kubernetes/client-node";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { annotationValues } from "../../pipeline/stages/annotation-values.ts";
import { labelValue } from "../../pipeline/stages/label-value.ts";
import { buildCodeRun } from "../../relay/cluster/coderun.ts";
import { leaseName } from "../../relay/cluster/lease-name.ts";
import { findInvalidMetadata } from "../../relay/spawn/metadata-rules.ts";
import { codeRunName } from "../../wire/coderun-name.ts";
import { newNamespace } from "./support/namespace.ts";
import { requestIn } from "./support/spawning.ts";

const CODERUNS = { group: "agents.platform", version: "v1", plural: "coderuns" } as const;

/** Names that GitHub allows for branches, repositories and workflows, and more than that. */
const anyText = fc.oneof(
	fc.string({ unit: "binary", maxLength: 300 }),
	fc.string({ unit: "grapheme", maxLength: 80 }),
	fc.stringMatching(/^[-_./A-Za-z0-9#@+]{0,80}$/),
	fc.constantFrom(
		"feat/a",
		"_wip",
		".x",
		"fix/",
		"-",
		"release-1.0.",
		"dependabot/npm_and_yarn/x-1.2.3",
		"é",
		"\u0000",
		"\ud800",
	),
	fc.string({ unit: "binary", minLength: 5_000, maxLength: 20_000 }),
);

describe("labels, annotations and names", () => {
	it("are accepted by a real API server, whatever the names of branch, repository and workflow", async () => {
		const tryOut = await dryRuns();
		await fc.assert(
			fc.asyncProperty(fc.record({ branch: anyText, repository: anyText, workflow: anyText }), async (texts) => {
				const labels = {
					"healer/branch": labelValue(texts.branch),
					"healer/repository": labelValue(texts.repository),
					"healer/failure-type": labelValue(texts.workflow),
				};
				const annotations = annotationValues({
					"healer/branch": texts.branch,
					"healer/repository": texts.repository,
					"healer/workflow": texts.workflow,
				});
				expect(findInvalidMetadata({ labels, annotations })).toBeUndefined();
				expect(await tryOut(labels, annotations)).toBe("taken");
			}),
			{ numRuns: 150 },
		);
	});

	it("are validated by the relay exactly as by a real API server", async () => {
		const tryOut = await dryRuns();
		const almostValid = fc.stringMatching(/^[-_./A-Za-z0-9]{0,66}$/);
		const key = fc.oneof(fc.constantFrom("healer/x", "x", "a.b/c", "A/b", "/x", "x/", "a/b/c", "a..b/c"), almostValid);
		await fc.assert(
			fc.asyncProperty(key, fc.oneof(almostValid, anyText), async (name, value) => {
				fc.pre(name !== "__proto__");
				const judged = findInvalidMetadata({ labels: { [name]: value }, annotations: {} }) === undefined;
				expect({ name, value, judged: await tryOut({ [name]: value }, {}) }).toEqual({
					name,
					value,
					judged: judged ? "taken" : "refused",
				});
			}),
			{ numRuns: 200 },
		);
	});

	it("of CodeRuns and claims fit, however long the agent's name is", async () => {
		const longest = codeRunName("a".repeat(32), "f".repeat(32), 1000);
		expect(longest).toHaveLength(59);
		expect(leaseName("key", "x".repeat(8192))).toMatch(/^healer-[0-9a-f]{40}$/);
	});
});

/** Whether a CodeRun with these would be accepted; nothing is stored. */
async function dryRuns() {
	const { name: namespace, kubeConfig } = await newNamespace();
	const api = kubeConfig.makeApiClient(CustomObjectsApi);
	return async (labels: Record<string, string>, annotations: Record<string, string>): Promise<"taken" | "refused"> => {
		const request = requestIn(namespace);
		const metadata = { ...request.coderun.metadata, labels, annotations };
		const body = buildCodeRun({ ...request, coderun: { ...request.coderun, metadata } }, "digest", Date.now());
		try {
			await api.createNamespacedCustomObject({
				...CODERUNS,
				namespace,
				body,
				dryRun: "All",
				fieldValidation: "Strict",
			});
			return "taken";
		} catch (error) {
			if (error instanceof ApiException && error.code === 422) return "refused";
			throw error;
		}
	};
}
