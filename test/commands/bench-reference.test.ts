import { expect, it } from "vitest";
import { chunksOf, INCIDENT, readAndDecide } from "../../bench/decision.ts";
import { handwrittenDecider } from "../../bench/handwritten.ts";
import { ordinaryLog } from "../../bench/ordinary-log.ts";
import { loadPipeline } from "../../pipeline/index.ts";
import { shippedArtefact } from "../support/shipped-artefact.ts";

// Otherwise `npm run bench` measures nothing: it stops where the two decide differently.
it("the benchmark's reference finds the same failure as the shipped policy", async () => {
	const artefact = await shippedArtefact();
	const log = ordinaryLog(100_000);
	const decision = await readAndDecide(loadPipeline(artefact), artefact, chunksOf(log));
	expect(decision).toMatchObject({ outcome: "spawn", failure_type: "rust_clippy", agent: "rex" });
	expect(handwrittenDecider(artefact)(INCIDENT, log)).toMatchObject({
		metadata: { labels: { "healer/failure-type": "rust_clippy", "healer/agent": "rex" } },
	});
});
