import { existsSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeVersion } from "../../../cli/cache/code-version.ts";
import { findCached } from "../../../cli/cache/disk-cache.ts";
import { runs } from "../../support/tiers/at-size.ts";
import { emptyFolder, write } from "../pipeline-folder.ts";

/** A value of no code: only its inputs and the versions of Node and the packages decide. */
const find = (root: string, inputs: unknown) => findCached<unknown>("artefacts", { code: [], inputs }, root);

async function cacheWith(inputs: unknown, value: unknown): Promise<{ readonly root: string; readonly file: string }> {
	const root = path.join(emptyFolder(), "not yet", "there");
	await (await find(root, inputs)).keep(value);
	const [name = ""] = readdirSync(path.join(root, "artefacts"));
	return { root, file: path.join(root, "artefacts", name) };
}

describe("the cache", () => {
	it("has what was kept for the same inputs, and nothing for others", async () => {
		const { root } = await cacheWith({ text: "a", packs: ["b"] }, { version: "1", text: "ü\n" });
		expect((await find(root, { text: "a", packs: ["b"] })).value).toEqual({ version: "1", text: "ü\n" });
		for (const other of [{ text: "a", packs: ["c"] }, { text: "a" }, { text: "a ", packs: ["b"] }, "a"]) {
			expect((await find(root, other)).value).toBeUndefined();
		}
	});

	it("takes a file with any changed, missing or added byte for none, and replaces it", async () => {
		const { root, file } = await cacheWith("inputs", { version: "good" });
		const whole = readFileSync(file);
		const damage = fc.oneof(
			fc.nat(whole.length - 1).map((length) => whole.subarray(0, length)),
			fc.nat(whole.length - 1).map((at) => whole.map((byte, index) => (index === at ? byte ^ 1 : byte))),
			fc.uint8Array({ minLength: 1, maxLength: 9 }).map((more) => Buffer.concat([whole, more])),
			fc.uint8Array({ maxLength: 99 }),
		);
		await fc.assert(
			fc.asyncProperty(damage, async (bytes) => {
				// The line break between the sum and the value decides nothing.
				fc.pre(
					bytes.length < 65 || Buffer.compare(bytes.subarray(65), whole.subarray(65)) !== 0 || bytes[0] !== whole[0],
				);
				writeFileSync(file, bytes);
				const damaged = await find(root, "inputs");
				expect(damaged.value).toBeUndefined();
				await damaged.keep({ version: "good" });
				expect((await find(root, "inputs")).value).toEqual({ version: "good" });
			}),
			{ numRuns: runs(100) },
		);
	});

	it("is no cache without a folder, or where none can be made", async () => {
		const notAFolder = write(emptyFolder(), "file", "");
		for (const root of ["", "off", "relative", notAFolder, "/proc/healer"]) {
			await (await find(root, "inputs")).keep("value");
			expect((await find(root, "inputs")).value).toBeUndefined();
		}
		expect(existsSync("relative")).toBe(false);
	});

	it("keeps what was used last, and removes what a killed process left", async () => {
		const { root, file } = await cacheWith("unused", 0);
		const folder = path.dirname(file);
		await (await find(root, "used")).keep("used");
		for (const name of readdirSync(folder)) utimesSync(path.join(folder, name), 1, 1);
		utimesSync(write(folder, ".left.tmp", "half"), 1, 1);
		write(folder, ".being-written.tmp", "half");
		expect((await find(root, "used")).value).toBe("used");
		for (let number = 1; number <= 19; number++) await (await find(root, number)).keep(number);
		expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([".being-written.tmp"]);
		expect(readdirSync(folder)).toHaveLength(21);
		expect((await find(root, "unused")).value).toBeUndefined();
		expect((await find(root, "used")).value).toBe("used");
		expect((await find(root, 19)).value).toBe(19);
	});

	it("removes what Node compiled more than a month ago, for any version", async () => {
		const root = emptyFolder();
		const old = [write(root, "compiled/v24/a", "code"), write(root, "compiled/v26/a", "code")];
		const recent = write(root, "compiled/v26/b", "code");
		const other = write(root, "servers/etcd", "not of the cache");
		for (const file of [...old, other]) utimesSync(file, 1, 1);
		await (await find(root, "inputs")).keep("value");
		expect([...old, recent, other].filter((file) => existsSync(file))).toEqual([recent, other]);
	});

	it("is written by two at once", async () => {
		const { root } = await cacheWith("other", "value");
		const entries = await Promise.all([find(root, "both"), find(root, "both")]);
		await Promise.all(entries.map((entry) => entry.keep("x".repeat(1_000_000))));
		expect((await find(root, "both")).value).toBe("x".repeat(1_000_000));
	});
});

describe("the code's version", () => {
	const LATER = Date.now() + 3_600_000;

	it("changes with every file: its text, its name, one more, one less", () => {
		const folder = emptyFolder();
		const seen = new Set<string | undefined>();
		const note = () => seen.add(codeVersion(folder, LATER));
		note();
		write(folder, "a.ts", "1");
		note();
		write(folder, "a.ts", "2");
		note();
		write(folder, "rules/a.ts", "2");
		note();
		write(folder, "rules/b.ts", "");
		note();
		expect(seen.size).toBe(5);
		expect(seen).not.toContain(undefined);
	});

	it("is not known when a file has changed since the process started, which may run the old one", () => {
		const folder = emptyFolder();
		write(folder, "a.ts", "1");
		expect(codeVersion(folder, Date.now() - 60_000)).toBeUndefined();
	});

	it("is not known when a file or folder cannot be read", () => {
		const folder = emptyFolder();
		symlinkSync("nowhere", path.join(folder, "a.ts"));
		expect(codeVersion(folder, LATER)).toBeUndefined();
		expect(codeVersion(path.join(folder, "missing"), LATER)).toBeUndefined();
	});

	it("changes with any installed package, also one that only packages need, and is not known without npm's list", () => {
		const parent = emptyFolder();
		const healer = path.join(parent, "node_modules/healer");
		const code = emptyFolder();
		const versionWith = (text: string) => {
			write(parent, "node_modules/.package-lock.json", text);
			return codeVersion(code, LATER, healer);
		};
		expect(codeVersion(code, LATER, healer)).toBeUndefined();
		const [one, other, again] = [
			"universal-user-agent 7.0.2",
			"universal-user-agent 7.0.3",
			"universal-user-agent 7.0.2",
		].map(versionWith);
		expect(one).toMatch(/^[0-9a-f]{64}$/);
		expect(other).not.toBe(one);
		expect(again).toBe(one);
	});
});
