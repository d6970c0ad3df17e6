import { mkdirSync } from "node:fs";
import path from "node:path";
import { readD1Migrations } from "@cloudflare/vitest-plugin";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { afterAll, describe, expect, it } from "vitest";
import { COMPATIBILITY_DATE } from "../../cli/hub/edge-runtime.ts";
import { workflowJob } from "./failing-run.ts";
import { deliver, getJson, type Home, type HubProcess, makeHome, startReadyHub } from "./hub-process.ts";

const OLD = "0123456789abcdef0123456789abcdef";

describe("a state folder whose journal D1 wrote, as hubs once did", () => {
	let hub: HubProcess | undefined;
	afterAll(async () => {
		hub?.signalGroup("SIGKILL");
		await hub?.ended();
	});

	it("opens with its incidents, and D1 still finds what the hub adds", async () => {
		const home = await makeHome();
		await onD1(home, async (journal) => {
			for (const { name, queries } of await readD1Migrations("worker/migrations")) {
				const row = journal.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name);
				await journal.batch([...queries.map((query) => journal.prepare(query)), row]);
			}
			await journal.prepare(INCIDENT).bind(OLD, Date.now()).run();
		});

		hub = await startReadyHub(home);
		expect(await getJson(home, `/api/incidents/${OLD}`)).toMatchObject({ status: "fixed", branch: "main" });
		const { incident_id } = (await deliver(home, "workflow_job", workflowJob({ runId: 1, branch: "fix/new" }))).body;
		hub.signalGroup("SIGTERM");
		await hub.ended();

		const ids = await onD1(home, (journal) => journal.prepare("SELECT id FROM incidents ORDER BY created_at").all());
		expect(ids.results).toEqual([{ id: OLD }, { id: incident_id }]);
	});
});

type Journal = Awaited<ReturnType<Miniflare["getD1Database"]>>;

/** Works on the state folder's journal in D1, bound as hubs bound it. */
async function onD1<T>(home: Home, work: (journal: Journal) => Promise<T>): Promise<T> {
	mkdirSync(path.join(home.stateDir, "edge"), { recursive: true, mode: 0o700 });
	const options = convertV4MiniflareOptions({
		telemetry: { enabled: false },
		log: new Log(LogLevel.NONE),
		workers: [
			{
				name: "healer",
				compatibilityDate: COMPATIBILITY_DATE,
				modules: [{ type: "ESModule", path: "healer.js", contents: "export default {}" }],
				d1Databases: { JOURNAL: "journal" },
			},
		],
	});
	const runtime = new Miniflare(Object.assign(options, { resourcePersistencePath: path.join(home.stateDir, "edge") }));
	try {
		const journal = await runtime.getD1Database("JOURNAL");
		await journal.prepare(MIGRATIONS).run();
		return await work(journal);
	} finally {
		await runtime.dispose();
	}
}

const MIGRATIONS =
	"CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)";

const INCIDENT = `INSERT INTO incidents (id, status, kind, event, repository, branch, identity, incident, explanation, pipeline,
		created_at, updated_at, ended_at)
	VALUES (?1, 'fixed', 'ci', 'workflow_job', '5dlabs/cto', 'main', 'x',
		json_object('id', ?1, 'kind', 'ci', 'event', 'workflow_job', 'delivery_id', 'd', 'repository', '5dlabs/cto', 'branch', 'main'),
		'{"stages":[]}', 'v', ?2, ?2, ?2)`;
