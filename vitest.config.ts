import { availableParallelism } from "node:os";
import { matchesGlob } from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import { keepStorageInMemory } from "./test/support/tiers/memory-folder.ts";
import { scaledTests } from "./test/support/tiers/scaled-tests.ts";
import { SummaryReporter } from "./test/support/tiers/summary-reporter.ts";
import { withoutSourceMaps } from "./test/support/tiers/without-source-maps.ts";

keepStorageInMemory();

const NODE_TESTS = "test/{pipeline,wire,relay,cli,lint,page-units,support}/**/*.test.ts";
const WORKER_TESTS = "test/worker/**/*.test.ts";
// They take the journal away from a worker, or let time stand still for it, and wait for it: `npm run test:soak` has them.
const ALONE_TESTS = ["test/worker/api/health.test.ts", "test/worker/ingest/{consume-deliveries,never-taken}.test.ts"];
const isAlone = (file: string) => ALONE_TESTS.some((pattern) => matchesGlob(file, pattern));
// The short pass of the real hub that `npm test` has time for.
const SMOKE_TESTS = ["test/hub/start.test.ts"];

/** Pure code, the relay and the commands, in Node. Files share their processes: starting one takes longer than most files. */
function inNode(name: string, include: string[], atSize: boolean): TestProjectConfiguration {
	return {
		extends: true,
		test: {
			name,
			include,
			environment: "node",
			isolate: false,
			provide: { atSize },
			testTimeout: atSize ? 1_200_000 : 60_000,
		},
	};
}

/** The worker inside workerd, one runtime for many files; each test has an empty journal and an empty KV (`setup.ts`). */
function inWorkerd(name: string, include: string[], atSize: boolean, exclude: string[] = []): TestProjectConfiguration {
	return inRuntime(name, { include, exclude, isAlone: false }, atSize);
}

/** The same for files that tell time by themselves: what the worker sleeps takes its time. */
function inWorkerdAlone(name: string, include: string[]): TestProjectConfiguration {
	return inRuntime(name, { include, exclude: [], isAlone: true }, true);
}

function inRuntime(
	name: string,
	{ include, exclude, isAlone }: { include: string[]; exclude: string[]; isAlone: boolean },
	atSize: boolean,
): TestProjectConfiguration {
	return {
		extends: true,
		plugins: [
			withoutSourceMaps(),
			cloudflareTest(async () => ({
				// Holds each invocation to the limits of Workers Paid.
				main: "./test/worker/support/limited-worker.ts",
				wrangler: { configPath: "./wrangler.toml" },
				miniflare: {
					// For the tests of `worker/local/` alone: everything else runs on D1 itself, with its limits.
					durableObjects: {
						JOURNAL_OBJECT: { className: "JournalObject", useSQLite: true },
						WAKEUPS_OBJECT: { className: "WakeupsObject", useSQLite: true },
					},
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
			name,
			include,
			exclude,
			globalSetup: ["test/support/build-artefact.ts"],
			setupFiles: ["test/worker/setup.ts"],
			provide: { atSize, isAlone },
			isolate: false,
			// Vitest's own interception loses its answers when the request that logged has ended, and the run never closes.
			// `test/worker/support/quiet-console.ts` keeps what is logged, and prints it for a test that fails.
			disableConsoleIntercept: true,
			testTimeout: atSize ? 1_200_000 : 60_000,
		},
	};
}

/** Starts processes of its own, one file after the other unless they may run beside each other. */
function withProcesses(
	name: string,
	include: string[],
	exclude: string[] = [],
	isParallel = false,
): TestProjectConfiguration {
	return {
		extends: true,
		test: {
			name,
			include,
			exclude,
			environment: "node",
			fileParallelism: isParallel,
			provide: { atSize: true },
			testTimeout: 180_000,
			hookTimeout: 180_000,
		},
	};
}

/** All stories of one file at once, on hubs that they share: most of a story's time is waiting. */
function stories(): TestProjectConfiguration {
	return {
		extends: true,
		test: {
			name: "stories",
			include: ["test/stories/*.test.ts"],
			environment: "node",
			maxConcurrency: 16,
			provide: { atSize: true },
			testTimeout: 600_000,
			hookTimeout: 180_000,
		},
	};
}

/** Which command runs which project: `test/support/tiers/tiers.ts`. */
export default defineConfig({
	test: {
		reporters: [["default", { summary: true }], new SummaryReporter()],
		silent: "passed-only",
		// One more than there are cores: some files wait for time to pass.
		maxWorkers: availableParallelism() + 1,
		projects: [
			inNode("node", [NODE_TESTS], false),
			inWorkerd("workerd", [WORKER_TESTS], false, ALONE_TESTS),
			withProcesses("smoke", SMOKE_TESTS, [], true),
			inNode("attacks", ["test/attacks/*.test.ts"], false),
			inWorkerd("attacks-workerd", ["test/attacks/worker/*.test.ts"], false),
			withProcesses("commands", ["test/commands/*.test.ts"], [], true),
			stories(),
			withProcesses("hub", ["test/hub/**/*.test.ts"], SMOKE_TESTS),
			inNode("soak-node", scaledTests(NODE_TESTS), true),
			inWorkerd(
				"soak-workerd",
				["test/soak/worker/*.test.ts", ...scaledTests(WORKER_TESTS).filter((file) => !isAlone(file))],
				true,
			),
			inWorkerdAlone("soak-workerd-alone", ["test/soak/worker/alone/**/*.test.ts", ...ALONE_TESTS]),
			withProcesses("soak", ["test/soak/**/*.test.ts"], ["test/soak/worker/**"]),
			{
				extends: true,
				test: {
					name: "page",
					include: ["test/page/**/*.test.ts"],
					environment: "node",
					globalSetup: ["test/page/require-chromium.ts"],
					fileParallelism: false,
					testTimeout: 120_000,
					hookTimeout: 180_000,
				},
			},
			{
				extends: true,
				test: {
					name: "cluster",
					include: ["test/cluster/**/*.test.ts"],
					environment: "node",
					globalSetup: ["test/cluster/support/one-cluster.ts"],
					fileParallelism: false,
					testTimeout: 120_000,
					hookTimeout: 120_000,
				},
			},
		],
	},
});
