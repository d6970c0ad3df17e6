declare namespace Cloudflare {
	type LocalEnv = import("../../worker/local/local-env.ts").LocalEnv;
	interface Env
		extends Required<import("../../worker/env.ts").Env>,
			Pick<LocalEnv, "JOURNAL_OBJECT" | "WAKEUPS_OBJECT"> {
		/** The journal's migrations, read in Node by `vitest.config.ts`. */
		readonly MIGRATIONS: import("cloudflare:test").D1Migration[];
	}
	interface GlobalProps {
		mainModule: typeof import("./support/limited-worker.ts");
	}
}

// Four megabytes whose inferred type helps nobody.
declare module "@octokit/webhooks-examples/api.github.com/index.json" {
	const examples: unknown;
	export default examples;
}

interface ImportMeta {
	/** Vite's: the files of a pattern, read when the tests are built. */
	glob<T>(pattern: string, options: { query: string; import: string; eager: true }): Record<string, T>;
	glob<T>(pattern: string, options: { eager: true }): Record<string, T>;
}
