import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { inParallel } from "../support/in-parallel.ts";
import { seededChance } from "../support/seeded-chance.ts";
import { newNamespace } from "./support/namespace.ts";
import { postSpawn, startRelayProcess } from "./support/relay-process.ts";
import { requestIn } from "./support/spawning.ts";
import { standInWorker } from "./support/stand-in-worker.ts";

const PHASES = ["Succeeded", "Failed", "Completed", "Error"] as const;
/** How a CodeRun ends, and what the worker must receive about it. */
const ENDS = [...PHASES, "Deleted", "TimedOut", "Running"] as const;
const OF_EACH = 6;

describe("two relays that are killed again and again", () => {
	it("report each end of 42 CodeRuns effectively once, and nothing about running ones", {
		timeout: 180_000,
	}, async () => {
		const chance = seededChance();
		const namespace = await newNamespace();
		const worker = await standInWorker();
		const start = () => startRelayProcess(namespace.kubeConfig, namespace.name, worker.url);
		const relays = [await start(), await start()];
		const coderuns = Array.from({ length: OF_EACH }, () => ENDS)
			.flat()
			.map((end) => {
				const deadline = end === "TimedOut" ? { deadline_s: 3 } : {};
				return { end, request: requestIn(namespace.name, { max_active: 0, ...deadline }) };
			});
		await inParallel(8, coderuns, async ({ request }) => {
			expect(await postSpawn(relays[chance.below(2)]?.url ?? "", request)).toMatchObject({ result: "created" });
		});
		let working = true;
		onTestFinished(() => {
			working = false;
		});
		const killing = (async () => {
			while (working) {
				await delay(200 + chance.below(500));
				const at = chance.below(2);
				await relays[at]?.kill();
				relays[at] = await start();
			}
		})();
		for (const { end, request } of chance.shuffled(coderuns)) {
			const { name } = request.coderun.metadata;
			if (end === "Deleted") await namespace.deleteCodeRun(name);
			else if (end !== "TimedOut") {
				await namespace.setStatus(name, { phase: "Running" });
				if (end !== "Running") await namespace.setStatus(name, { phase: end, finishedAt: "2026-11-22T05:04:05Z" });
			}
			await delay(chance.below(300));
		}
		const ended = coderuns.filter(({ end }) => end !== "Running");
		const received = () => worker.taken.map(({ coderun_name, phase }) => `${coderun_name} ${phase}`).sort();
		const all = ended.map(({ end, request }) => `${request.coderun.metadata.name} ${end}`).sort();
		await expect.poll(received, { timeout: 60_000 }).toEqual(all);
		working = false;
		await killing;

		const unreported = async () => (await namespace.coderuns("!healer/reported")).map(({ metadata }) => metadata.name);
		const running = coderuns.filter(({ end }) => end === "Running").map(({ request }) => request.coderun.metadata.name);
		await expect.poll(async () => (await unreported()).sort(), { timeout: 30_000 }).toEqual(running.sort());
		expect(received()).toEqual(all);
	});
});
