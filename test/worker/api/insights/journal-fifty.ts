import { FIFTY } from "../../../cases/insights/fifty-remediations.ts";
import { sampleId } from "../../support/sample-incident.ts";

const FIRST = Date.parse("2026-11-17T09:00:00Z");

/** Writes the fifty incidents into the journal, as they are after all that happened to them. */
export async function journalFifty(db: D1Database): Promise<void> {
	const lines = FIFTY.trim().split("\n").slice(1);
	await db.batch(lines.flatMap((line, n) => statementsOf(db, n, line.trim().split(/ +/))));
}

function statementsOf(db: D1Database, n: number, cells: readonly string[]): D1PreparedStatement[] {
	const [repository, run, failure_type, rule, agents, status, fixed_by, took_s, deliveries, also] = cells.map((cell) =>
		cell === "-" ? null : cell,
	);
	const id = sampleId(n);
	const created = FIRST + Math.floor(n / 10) * 86_400_000 + (n % 10) * 60_000;
	const tries = agents?.split(",") ?? [];
	const decided = rule == null ? null : ({ "security-alerts": "cipher" }[rule] ?? tries[0]?.replace("?", "") ?? "rex");
	const run_ = (sql: string, ...values: readonly unknown[]) => db.prepare(sql).bind(...values);
	const escalated = tries.findIndex((name) => name.replace("?", "") !== tries[0]?.replace("?", ""));
	const times = Number(deliveries);
	return [
		run_(
			`INSERT INTO incidents (id, status, kind, event, repository, run_id, agent, failure_type, rule, identity, incident,
				explanation, pipeline, created_at, updated_at, fixed_at, fixed_by, ended_at)
			VALUES (?1, ?2, ?3, 'x', ?4, ?5, ?6, ?7, ?8, 'x', '{}', '{}', 'v', ?9, ?9, ?10, ?11, ?10)`,
			id,
			status,
			run === null ? "security" : "ci",
			`acme/${repository}`,
			run,
			decided,
			failure_type,
			rule,
			created,
			took_s == null ? null : created + Number(took_s) * 1000,
			fixed_by,
		),
		// The first two came under ids of their own, the rest is the second one repeated.
		...[1, 2]
			.slice(0, times)
			.map((d) =>
				run_(
					"INSERT INTO deliveries (incident_id, delivery_id, event, incident, received_at, times) VALUES (?1, ?2, 'x', '{}', 1, ?3)",
					id,
					`d-${d}`,
					d === 1 ? 1 : times - 1,
				),
			),
		...tries.map((name, index) =>
			run_(
				`INSERT INTO attempts (incident_id, attempt, agent, failure_type, rule, coderun_name, request, pipeline, decided_at,
					spawned_at, existed) VALUES (?1, ?2, ?3, ?4, ?5, 'c', '{}', 'v', 1, ?6, ?7)`,
				id,
				index + 1,
				name.replace("?", ""),
				failure_type,
				escalated !== -1 && index >= escalated ? "escalation" : rule,
				name.startsWith("?") ? null : created,
				also === "existed" ? 1 : 0,
			),
		),
		...(also === "paused"
			? [
					run_(
						`INSERT INTO transitions (incident_id, at, attempt, event, from_status, to_status, reason)
						VALUES (?1, 1, 1, 'paused', 'accepted', 'waiting', 'paused')`,
						id,
					),
				]
			: []),
	];
}
