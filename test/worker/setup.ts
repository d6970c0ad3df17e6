import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect } from "vitest";
import { takeExceeded } from "./support/limited-env.ts";

// Each test has an empty journal and an empty KV.
beforeEach(async () => {
	await reset();
	await applyD1Migrations(env.JOURNAL, env.MIGRATIONS);
});

// No test goes beyond the limits of the platform, although the worker outlives it.
afterEach(() => {
	expect(takeExceeded()).toEqual([]);
});
