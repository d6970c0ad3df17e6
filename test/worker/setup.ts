import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach } from "vitest";

// Each test has an empty journal and an empty KV.
beforeEach(async () => {
	await reset();
	await applyD1Migrations(env.JOURNAL, env.MIGRATIONS);
});
