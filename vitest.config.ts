import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Three runtimes, three projects: pure code and the relay in Node, the worker inside workerd, the whole as a process. */
export default defineConfig({
	test: {
		reporters: [["default", { summary: true }]],
		silent: "passed-only",
		projects: [
			{
				extends: true,
				test: {
					name: "node",
					include: ["test/{pipeline,wire,relay,cli}/**/*.test.ts"],
					environment: "node",
					testTimeout: 20_000,
				},
			},
			{
				extends: true,
				plugins: [
					cloudflareTest(async () => ({
						wrangler: { configPath: "./wrangler.toml" },
						miniflare: {
							bindings: {
								GITHUB_WEBHOOK_SECRET: "the-new-secret, the-old-secret",
								HEALER_API_TOKEN: "token-of-the-tests",
								HEALER_WIRE_SECRETS: "whsec_aGVhbGVyLXRlc3Qtc2VjcmV0LW9mLTMyLWJ5dGVzISE=",
								HEALER_LOOPBACK: "true",
								RELAY_URL: "http://relay.test",
								MIGRATIONS: await readD1Migrations("worker/migrations"),
							},
						},
					})),
				],
				test: {
					name: "workerd",
					include: ["test/worker/**/*.test.ts"],
					globalSetup: ["test/support/build-artefact.ts"],
					setupFiles: ["test/worker/setup.ts"],
					testTimeout: 20_000,
				},
			},
			{
				extends: true,
				test: {
					name: "hub",
					include: ["test/hub/**/*.test.ts"],
					environment: "node",
					fileParallelism: false,
					testTimeout: 180_000,
					hookTimeout: 120_000,
				},
			},
		],
	},
});
