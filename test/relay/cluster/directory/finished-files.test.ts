import { EventEmitter } from "node:events";
import { watch } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { finishCodeRun } from "../../../../relay/cluster/directory/finish-coderun.ts";
import { finishedFiles } from "../../../../relay/cluster/directory/finished-files.ts";
import { servedRelay } from "../../../support/relay-on-directory.ts";
import { spawnRequest } from "../../../support/spawn-request.ts";

const NAME = "healer-ci-rex-ed573f914714fbca";

describe("the finished CodeRuns of a folder that is watched", () => {
	it("are listed when their files change, each time until they are marked", async () => {
		const { files, state } = await watched();
		expect(await files.phases()).toEqual([]);
		await finishCodeRun(state, NAME, "Succeeded", 0);
		await expect.poll(files.phases).toEqual(["Succeeded"]);
		expect(await files.phases()).toEqual(["Succeeded"]);
		await files.markReported(NAME);
		expect(await files.phases()).toEqual([]);
	});

	it("are found without an event within ten seconds", async () => {
		const { files, state, time } = await watched({ events: false });
		expect(await files.phases()).toEqual([]);
		await finishCodeRun(state, NAME, "Error", 0);
		time.ms += 9_999;
		expect(await files.phases()).toEqual([]);
		time.ms += 1;
		expect(await files.phases()).toEqual(["Error"]);
	});

	it("are found by the next look after one that failed", async () => {
		const { files, state, time } = await watched({ events: false });
		const reported = path.join(state, "reported");
		await finishCodeRun(state, NAME, "Error", 0);
		await rename(reported, `${reported}-away`);
		time.ms += 10_000;
		expect(await files.listUnreported()).toEqual({ kind: "unavailable", why: "the state folder: ENOENT" });
		await rename(`${reported}-away`, reported);
		expect(await files.phases()).toEqual(["Error"]);
	});

	it("are unfinished while the file names a phase in passing, or is half written", async () => {
		const { files, state } = await watched();
		const file = path.join(state, "coderuns", `${NAME}.yaml`);
		await writeFile(file, "metadata: { name: x }\nspec: { prompt: the next phase }\n");
		expect(await files.phases()).toEqual([]);
		await writeFile(file, "status: { phase: Succ");
		expect(await files.phases()).toEqual([]);
	});
});

async function watched({ events = true } = {}) {
	const relay = await servedRelay();
	await relay.spawn(spawnRequest());
	const time = { ms: 0 };
	const silent = () => Object.assign(new EventEmitter(), { close() {} });
	const tools = { now: () => time.ms, watch: events ? watch : (silent as unknown as typeof watch) };
	const finished = finishedFiles(relay.state, tools);
	onTestFinished(finished.watch(() => undefined));
	const phases = async () => {
		const listed = await finished.listUnreported();
		return listed.kind === "listed" ? listed.outcomes.map(({ phase }) => phase) : [listed.why];
	};
	return { files: { ...finished, phases }, state: relay.state, time };
}
