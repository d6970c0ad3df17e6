import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStateFolder } from "../../cli/state/state-folder.ts";

describe("another user of the machine", () => {
	let root: string;

	beforeEach(() => {
		root = mkdtempSync(path.join(tmpdir(), "healer-state-"));
	});
	afterEach(() => rmSync(root, { recursive: true, force: true }));

	it("reads nothing in a state folder that was open before", async () => {
		chmodSync(root, 0o755);
		for (const folder of ["edge/d1", "coderuns", "claims"]) {
			mkdirSync(path.join(root, folder), { recursive: true });
			chmodSync(path.join(root, folder), 0o755);
		}
		const files = ["secrets.env", "hub.log", "hub.log.1", "edge/d1/journal.sqlite", "edge/d1/journal.sqlite-wal"];
		for (const name of [...files, "coderuns/a.yaml"]) open(name, 0o644);

		expect(await openStateFolder(root)).toMatchObject({ ok: true });
		expect([rights(""), rights("edge"), rights("edge/d1"), rights("coderuns"), rights("claims")]).toEqual([
			0o700, 0o700, 0o700, 0o700, 0o700,
		]);
		expect([...files, "coderuns/a.yaml"].map(rights)).toEqual([0o600, 0o600, 0o600, 0o600, 0o600, 0o600]);
	});

	it("keeps what is not the hub's, and what a link leads to", async () => {
		const elsewhere = mkdtempSync(path.join(tmpdir(), "healer-elsewhere-"));
		open("notes.txt", 0o644);
		writeFileSync(path.join(elsewhere, "file"), "");
		chmodSync(path.join(elsewhere, "file"), 0o644);
		symlinkSync(path.join(elsewhere, "file"), path.join(root, "hub.log"));
		expect(await openStateFolder(root)).toMatchObject({ ok: true });
		expect(rights("notes.txt")).toBe(0o644);
		expect(statSync(path.join(elsewhere, "file")).mode & 0o777).toBe(0o644);
		rmSync(elsewhere, { recursive: true });
	});

	it("is not locked out of a folder that users share, such as /tmp", async () => {
		chmodSync(root, 0o1777);
		expect(await openStateFolder(root)).toEqual({
			ok: false,
			problem: `The state folder ${root} cannot be private: it is a folder that users share.\nGive Healer another one with HEALER_STATE_DIR=/some/folder.`,
		});
		expect(statSync(root).mode & 0o1777).toBe(0o1777);
	});

	function open(name: string, mode: number): void {
		writeFileSync(path.join(root, name), "");
		chmodSync(path.join(root, name), mode);
	}

	function rights(name: string): number {
		return statSync(path.join(root, name)).mode & 0o777;
	}
});
