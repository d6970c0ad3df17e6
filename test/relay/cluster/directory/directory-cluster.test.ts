import { spawn as startProcess } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { systemClock } from "../../../../relay/clock.ts";
import { directoryCluster } from "../../../../relay/cluster/directory/directory-cluster.ts";
import { temporaryFolder } from "../../../support/relay-on-directory.ts";
import { runs } from "../../../support/tiers/at-size.ts";

describe("directoryCluster", () => {
	it("leaves no partial CodeRun and loses no acknowledged one through repeated kill -9", async () => {
		const state = await temporaryFolder();
		const acknowledged: string[] = [];
		const rounds = runs(8, 3);
		for (let round = 0; round < rounds; round++) {
			acknowledged.push(
				...(await writeUntilKilled(state, round * 10_000, {
					lines: Math.min(round, 1) + 1,
					after_ms: 20 + round * 35,
				})),
			);
		}
		await directoryCluster(state, systemClock);
		const files = await readdir(join(state, "coderuns"));
		expect(files.filter((file) => !file.endsWith(".yaml"))).toEqual([]);
		for (const file of files) {
			const coderun: unknown = parse(await readFile(join(state, "coderuns", file), "utf8"));
			expect(coderun).toMatchObject({ spec: { promptModification: expect.stringMatching(/the end$/) } });
		}
		expect(acknowledged.length).toBeGreaterThan(0);
		expect(files).toEqual(expect.arrayContaining(acknowledged.map((name) => `${name}.yaml`)));
	}, 60_000);

	it("removes only temporary files that a killed process left", async () => {
		const state = await temporaryFolder();
		await directoryCluster(state, systemClock);
		await writeFile(join(state, "coderuns", ".healer-ci-rex-0.yaml.4d.tmp"), "apiVersion: agents");
		await writeFile(join(state, "coderuns", "notes.tmp"), "mine");
		await directoryCluster(state, systemClock);
		expect(await readdir(join(state, "coderuns"))).toEqual(["notes.tmp"]);
	});

	it("gives every write a new version, and replaces and deletes only the given one", async () => {
		const cluster = await directoryCluster(await temporaryFolder(), systemClock);
		const first = await cluster.createClaim("healer-a", record("one"));
		expect(await cluster.createClaim("healer-a", record("two"))).toEqual({ kind: "conflict" });
		const [one, other] = await Promise.all([
			cluster.replaceClaim("healer-a", record("two"), versionOf(first)),
			cluster.replaceClaim("healer-a", record("three"), versionOf(first)),
		]);
		expect([one.kind, other.kind].sort()).toEqual(["conflict", "written"]);
		expect(await cluster.deleteClaim("healer-a", versionOf(first))).toEqual({ kind: "conflict" });
		const found = await cluster.readClaim("healer-a");
		expect(await cluster.deleteClaim("healer-a", found.kind === "found" ? found.claim.version : "")).toEqual({
			kind: "deleted",
		});
		expect(await cluster.readClaim("healer-a")).toEqual({ kind: "not_found" });
		expect(await cluster.replaceClaim("healer-a", record("two"), "v")).toEqual({ kind: "not_found" });
	});

	it("reports the file system's error when a claim's file is damaged or the folder is gone", async () => {
		const state = await temporaryFolder();
		const cluster = await directoryCluster(state, systemClock);
		await writeFile(join(state, "claims", "healer-a.json"), "{");
		expect(await cluster.readClaim("healer-a")).toEqual({
			kind: "unavailable",
			why: "the state folder: a file in it is damaged",
		});
		const gone = await directoryCluster(join(state, "other"), systemClock);
		await rm(join(state, "other"), { recursive: true });
		expect(await gone.ready()).toEqual({ kind: "unavailable", why: "the state folder: ENOENT" });
		expect(await gone.createClaim("healer-a", record("one"))).toEqual({
			kind: "unavailable",
			why: "the state folder: ENOENT",
		});
	});
});

/**
 * Starts the writer, kills it a while after so many lines (that it has begun, then one for each name that it acknowledges), and
 * returns those names.
 */
async function writeUntilKilled(
	state: string,
	first: number,
	{ lines, after_ms }: { readonly lines: number; readonly after_ms: number },
): Promise<string[]> {
	const script = join(import.meta.dirname, "../../../support/write-coderuns.ts");
	const child = startProcess(process.execPath, [script, state, String(first)], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	let output = "";
	const begun = new Promise<void>((resolve) =>
		child.stdout.on("data", (chunk: Buffer) => {
			output += chunk.toString();
			if (output.split("\n").length > lines) resolve();
		}),
	);
	const ended = new Promise((resolve) => child.once("close", resolve));
	await begun;
	setTimeout(() => child.kill("SIGKILL"), after_ms);
	await ended;
	return output.split("\n").slice(1, -1);
}

function record(holder: string) {
	return {
		key: "k",
		holder,
		attempt: 1,
		coderun_name: "healer-ci-rex-0",
		digest: "d",
		taken_at: 0,
		ttl_s: 60,
		while_active: false,
		seen: false,
		quiet_at: 0,
	};
}

function versionOf(written: { kind: string; version?: string }): string {
	return written.version ?? "";
}
