import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import { shallTestCluster } from "./test/cluster/support/shall-test-cluster.ts";
import { testsWithoutServers } from "./test/cluster/support/shall-test-servers.ts";
import { shallTestPage } from "./test/page/find-chromium.ts";

const cluster: TestProjectConfiguration = {
	extends: true,
	test: {
		name: "cluster",
		include: ["test/cluster/**/*.test.ts"],
		exclude: [...(await testsWithoutServers())],
		environment: "node",
		globalSetup: ["test/cluster/support/one-cluster.ts"],
		fileParallelism: false,
		testTimeout: 120_000,
		hookTimeout: 120_000,
	},
};

const page: TestProjectConfiguration = {
	extends: true,
	test: {
		name: "page",
		include: ["test/page/**/*.test.ts"],
		environment: "node",
		fileParallelism: false,
		testTimeout: 120_000,
		hookTimeout: 180_000,
	},
};

const soak: TestProjectConfiguration = {
	extends: true,
	test: {
		name: "soak",
		include: ["test/soak/**/*.test.ts"],
		environment: "node",
		fileParallelism: false,
		testTimeout: 600_000,
		hookTimeout: 120_000,
	},
};

/**
 * Four runtimes, five projects: pure code and the relay in Node, the worker inside workerd, the whole as a process, its
 * page in a real browser, and the relay against a real API server, where there is one.
 */
export default defineConfig({
	test: {
		reporters: [["default", { summary: true }]],
		silent: "passed-only",
		projects: [
			{
				extends: true,
				test: {
					name: "node",
					include: ["test/{pipeline,wire,relay,cli,support}/**/*.test.ts"],
					environment: "node",
					testTimeout: 20_000,
				},
			},
			{
				extends: true,
				plugins: [
					cloudflareTest(async () => ({
						main: "./test/worker/support/limited-worker.ts",
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
			// Not part of `npm test`: `npx vitest run --project soak`.
			...(process.argv.includes("soak") ? [soak] : []),
			...(shallTestPage() ? [page] : []),
			...((await shallTestCluster()) ? [cluster] : []),
		],
	},
});
