import { execFile } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { emptyFolder, smallPolicy, write } from "../cli/pipeline-folder.ts";

const BIN = path.join(import.meta.dirname, "../../cli/bin.js");

/** What a command says, with this cache. */
async function healer(cache: string, ...args: readonly string[]) {
	const { FORCE_COLOR: _, ...env } = process.env;
	const options = { env: { ...env, HEALER_CACHE: cache } };
	return await promisify(execFile)(process.execPath, [BIN, ...args], options).then(
		({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
		({ code, stdout, stderr }) => ({ code, stdout, stderr }),
	);
}

const artefacts = (cache: string) => readdirSync(path.join(cache, "artefacts"));

/** A policy with a pack and a template of its own, and a warning. */
function policyWithPack(): Record<"pipeline" | "pack" | "prompt", string> {
	const pipeline = smallPolicy((text) =>
		`extends: [./packs/own]\n${text}`.replace("settings:\n", "settings:\n  vars:\n    unread: 1\n"),
	);
	const folder = path.dirname(pipeline);
	return {
		pipeline,
		pack: write(folder, "packs/own/failures.yaml", "settings:\n  vars:\n    other: 1\n"),
		prompt: path.join(folder, "prompts", readdirSync(path.join(folder, "prompts"))[0] ?? ""),
	};
}

describe("a cached pipeline", () => {
	it("is checked with the same words as one that is not, warnings too", async () => {
		const { pipeline } = policyWithPack();
		const cache = emptyFolder();
		for (const args of [
			["check", pipeline, "--strict"],
			["check", pipeline, "--json"],
		]) {
			const without = await healer("off", ...args);
			expect(without.stdout + without.stderr).toContain("unread");
			expect(await healer(cache, ...args)).toEqual(without);
			expect(await healer(cache, ...args)).toEqual(without);
		}
		expect(artefacts(cache)).toHaveLength(1);
	});

	it("is the one that runs: a file of the cache with another version shows", async () => {
		const { pipeline } = policyWithPack();
		const cache = emptyFolder();
		const { stdout } = await healer(cache, "check", pipeline, "--json");
		const { version } = JSON.parse(stdout);
		const [name = ""] = artefacts(cache);
		const file = path.join(cache, "artefacts", name);
		// Without its sum, it is damaged: checked again, and replaced.
		const whole = readFileSync(file, "utf8");
		writeFileSync(file, whole.replaceAll(version, "0123456789abcdef"));
		expect(JSON.parse((await healer(cache, "check", pipeline, "--json")).stdout)).toMatchObject({ version });
		expect(readFileSync(file, "utf8")).toBe(whole);
	});

	it.each(["pipeline", "pack", "prompt"] as const)("is built again after its %s was edited", async (which) => {
		const files = policyWithPack();
		const cache = emptyFolder();
		const out = (name: string) => path.join(path.dirname(files.pipeline), name);
		const built = async (folder: string, name: string) => {
			await healer(folder, "build", "--pipeline", files.pipeline, "--out", out(name));
			return readFileSync(out(name), "utf8");
		};
		const before = await built(cache, "before.json");
		const text = readFileSync(files[which], "utf8");
		writeFileSync(
			files[which],
			which === "prompt" ? `${text}One more line.\n` : text.replace(/(unread|other): 1\n/, "$1: 2\n"),
		);
		const after = await built(cache, "after.json");
		expect(after).not.toBe(before);
		expect(after).toBe(await built("off", "uncached.json"));
		writeFileSync(files[which], text);
		expect(await built(cache, "again.json")).toBe(before);
	});

	it("is not kept when it is invalid: its errors are found each time", async () => {
		const cache = emptyFolder();
		const pipeline = smallPolicy((text) => text.replace("agent: rex", "agent: nobody"));
		const first = await healer(cache, "check", pipeline);
		expect(first).toMatchObject({ code: 1, stderr: expect.stringContaining("nobody") });
		expect(await healer(cache, "check", pipeline)).toEqual(first);
		expect(existsSync(path.join(cache, "artefacts"))).toBe(false);
	});

	it("is written by processes at the same time", async () => {
		const { pipeline } = policyWithPack();
		const cache = emptyFolder();
		const without = await healer("off", "check", pipeline);
		const all = await Promise.all(Array.from({ length: 4 }, () => healer(cache, "check", pipeline)));
		for (const one of all) expect(one).toEqual(without);
		expect(artefacts(cache)).toHaveLength(1);
		expect(await healer(cache, "check", pipeline)).toEqual(without);
	});

	it("is not kept where another user could write", async () => {
		const { pipeline } = policyWithPack();
		const without = await healer("off", "check", pipeline);
		const shared = emptyFolder();
		chmodSync(shared, 0o777);
		expect(await healer(shared, "check", pipeline)).toEqual(without);
		expect(readdirSync(shared)).toEqual(["compiled"]);
		expect(readdirSync(path.join(shared, "compiled"))).toEqual([]);
	});

	it("needs no folder that can be written, and writes none when it is off", async () => {
		const { pipeline } = policyWithPack();
		const without = await healer("off", "check", pipeline);
		// Root may write to a read-only folder, but to none in /proc, or below a file.
		for (const cache of ["/proc/healer", write(emptyFolder(), "file", "")]) {
			expect(await healer(cache, "check", pipeline)).toEqual(without);
		}
		expect(existsSync(path.resolve("off"))).toBe(false);
	});
});
