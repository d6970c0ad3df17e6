import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { linkJournal } from "../../../cli/hub/local-bindings.ts";

describe("the folder of the local journal", () => {
	let edge: string;
	beforeEach(() => {
		edge = mkdtempSync(path.join(tmpdir(), "healer-edge-"));
	});
	afterEach(() => rmSync(edge, { recursive: true, force: true }));

	it("is made for a new hub", async () => {
		await linkJournal(edge);
		expect([readlinkSync(path.join(edge, "do")), readdirSync(path.join(edge, "d1"))]).toEqual(["d1", []]);
	});

	it("is the one that a hub on D1 left", async () => {
		put("d1", "the journal");
		await linkJournal(edge);
		expect(readFileSync(path.join(edge, "do/journal.sqlite"), "utf8")).toBe("the journal");
	});

	it("stays what it is at each start, also where a copy made the link absolute or let it dangle", async () => {
		put("d1", "the journal");
		for (const target of ["d1", path.join(edge, "d1"), "/nowhere/edge/d1"]) {
			rmSync(path.join(edge, "do"), { force: true });
			symlinkSync(target, path.join(edge, "do"));
			await linkJournal(edge);
			expect(readlinkSync(path.join(edge, "do"))).toBe("d1");
			expect(readFileSync(path.join(edge, "do/journal.sqlite"), "utf8")).toBe("the journal");
		}
	});

	it("is the real one of a copy that followed the link", async () => {
		put("d1", "the journal");
		put("do", "its copy");
		await linkJournal(edge);
		expect(readFileSync(path.join(edge, "do/journal.sqlite"), "utf8")).toBe("the journal");
	});

	it("is found where a copy has only what the link led to", async () => {
		put("do", "the journal");
		await linkJournal(edge);
		expect(readFileSync(path.join(edge, "d1/journal.sqlite"), "utf8")).toBe("the journal");
		expect(readlinkSync(path.join(edge, "do"))).toBe("d1");
	});

	function put(folder: string, text: string): void {
		mkdirSync(path.join(edge, folder));
		writeFileSync(path.join(edge, folder, "journal.sqlite"), text);
	}
});
