import { readdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { migrateJournal } from "../../cli/hub/migrations.ts";
import { openStateFolder } from "../../cli/state/state-folder.ts";
import { emptyFolder } from "../cli/pipeline-folder.ts";

const ALL = readdirSync("worker/migrations")
	.filter((name) => name.endsWith(".sql"))
	.sort();

it("migrates a journal once: with all migrations in it no runtime is started, with one less one is", async () => {
	const folder = await openStateFolder(emptyFolder());
	if (!folder.ok) throw new Error(folder.problem);
	const migrate = (changes = {}) => migrateJournal({ ...folder.value, ...changes }, () => {});
	expect(await migrate()).toEqual(ALL);
	// No runtime can start there.
	expect(await migrate({ scratch: "/dev/null/none" })).toEqual([]);

	const databases = path.join(folder.value.edge, "d1/miniflare-D1DatabaseObject");
	const [name = ""] = readdirSync(databases).filter((file) => /^[0-9a-f]+\.sqlite$/.test(file));
	const journal = new DatabaseSync(path.join(databases, name));
	journal.prepare("DELETE FROM d1_migrations WHERE name = ?").run(ALL.at(-1) ?? "");
	journal.close();
	await expect(migrate()).rejects.toThrow(`cannot migrate the journal in ${folder.value.edge}: ${ALL.at(-1)}`);
});
