/** The migrations that this worker was built for, in order; a test compares them with `worker/migrations`. */
export const MIGRATIONS = [
	"0001_journal.sql",
	"0002_remediation.sql",
	"0003_redelivery.sql",
	"0004_guards.sql",
	"0005_pipelines.sql",
	"0006_facts.sql",
	"0007_commands.sql",
	"0008_page.sql",
	"0009_insights.sql",
	"0010_told.sql",
	"0011_retention.sql",
	"0012_heartbeats.sql",
	"0013_sweep_steps.sql",
	"0014_backfill.sql",
	"0015_words.sql",
	"0016_audit.sql",
] as const;
