import type { CommandRequest } from "../../pipeline/index.ts";

/** Writes a command down, once for each comment. */
export function commandStatement(
	db: D1Database,
	{ id, ...command }: CommandRequest,
	received_at: number,
): D1PreparedStatement {
	return db
		.prepare("INSERT INTO commands (id, command, received_at) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING")
		.bind(id, JSON.stringify(command), received_at);
}

/** Writes it down by itself. */
export async function addCommand(db: D1Database, command: CommandRequest, received_at: number): Promise<void> {
	await commandStatement(db, command, received_at).run();
}
