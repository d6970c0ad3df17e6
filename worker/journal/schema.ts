import { MIGRATIONS } from "./migrations.ts";

/** Thrown if the journal's schema is older than the worker. */
export class MigrationsMissing extends Error {
	override readonly name = "MigrationsMissing";
	readonly missing: readonly string[];

	constructor(missing: readonly string[]) {
		super(`migrations missing: ${missing.join(", ")}`);
		this.missing = missing;
	}
}

/** wrangler's own list of applied migrations. The table does not exist before the first one. */
export function appliedMigrations(db: D1Database): D1PreparedStatement {
	return db.prepare("SELECT name FROM d1_migrations");
}

/** Throws `MigrationsMissing` unless all that this worker needs are applied. A newer schema is fine: it only adds. */
export function requireMigrations(rows: readonly unknown[]): void {
	const applied = new Set((rows as readonly { readonly name: string }[]).map(({ name }) => name));
	const missing = MIGRATIONS.filter((name) => !applied.has(name));
	if (missing.length > 0) throw new MigrationsMissing(missing);
}
