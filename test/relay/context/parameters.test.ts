import { describe, expect, it } from "vitest";
import type { Incident } from "../../../pipeline/incident.ts";
import { SOURCE_PARAMETERS } from "../../../pipeline/source-parameters.ts";
import { loadPipeline } from "../../../pipeline/stages/load-pipeline.ts";
import { planContext, planRound } from "../../../pipeline/stages/plan-context.ts";
import { PARAMETERS } from "../../../relay/context/parameters.ts";
import type { ClusterSource } from "../../../wire/context.ts";
import { shippedArtefact } from "../../support/shipped-artefact.ts";

describe("PARAMETERS", () => {
	it("accepts what a pipeline's check accepts, for each source", () => {
		const checked = Object.entries(SOURCE_PARAMETERS).map(([name, known]) => [name, Object.keys(known).toSorted()]);
		const taken = Object.entries(PARAMETERS).map(([name, schema]) => [name, Object.keys(schema.shape).toSorted()]);
		expect(taken).toEqual(checked);
	});

	it("accepts the shipped pipeline's requests", async () => {
		const pipeline = loadPipeline(await shippedArtefact());
		const play: Incident = {
			id: "0".repeat(32),
			kind: "play",
			event: "play",
			delivery_id: "d-1",
			repository: "5dlabs/cto",
			workflow: { name: "play-412" },
		};
		const files = { files: [{ path: "charts/web/values.yaml" }, { path: `charts/${"x".repeat(300)}` }] };
		const changed_files = { from: "github.changed_files", status: "ok", took_ms: 1, data: files } as const;
		const rounds = [
			await planContext(pipeline, play),
			await planRound(pipeline, 1, play, { changed_files }),
			await planRound(pipeline, 2, play, { changed_files }),
		];
		const planned = rounds.flat().filter(({ from }) => Object.hasOwn(PARAMETERS, from));
		expect(planned.map(({ from }) => from).toSorted()).toEqual([
			"argo.workflow",
			"argocd.application",
			"grafana.alerts",
			"kubernetes.pods",
			"loki.query_range",
			"prometheus.query",
		]);
		// As JSON, as it is sent: a sequence of JSONata has more properties than a list.
		const argocd = planned.find(({ name }) => name === "argocd")?.with;
		expect(JSON.parse(JSON.stringify(argocd))).toEqual({
			repository: "5dlabs/cto",
			paths: ["charts/web/values.yaml", `charts/${"x".repeat(193)}`],
		});
		for (const { from, with: parameters, skip } of planned) {
			expect(skip).toBeUndefined();
			expect(PARAMETERS[from as ClusterSource].safeParse(parameters)).toMatchObject({ success: true });
		}
	});
});
