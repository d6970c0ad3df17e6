import type { CommandRequest } from "../../pipeline/index.ts";

/** Writes a command down, once for each comment. */
export async function addCommand(
	db: D1Database,
	{ id, ...command }: CommandRequest,
	now: number,
): Promise<"accepted" | "duplicate"> {
	const added = await db
		.prepare("INSERT INTO commands (id, command, received_at) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING")
		.bind(id, JSON.stringify(command), now)
		.run();
	return added.meta.changes === 1 ? "accepted" : "duplicate";
}
