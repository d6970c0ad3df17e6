import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const ROOT = path.join(import.meta.dirname, "../..");

/** The files that Node loads for one of Healer's. */
async function loadedBy(file: string): Promise<readonly string[]> {
	const script = `
		import { registerHooks } from "node:module";
		const loaded = [];
		registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
		await import(${JSON.stringify(path.join(ROOT, file))});
		console.log(JSON.stringify(loaded));
		process.exit();`;
	const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
	return JSON.parse(stdout) as string[];
}

describe("a command loads only what it needs", () => {
	it.each([
		[
			"cli/hub/run-hub.ts",
			[
				...["@kubernetes/client-node", "esbuild", "yaml", "prom-client", "@whatwg-node/server", "jsonata"].map(
					(name) => `node_modules/${name}/`,
				),
				...["pipeline/build/build-artefact.ts", "pipeline/index.ts", "relay/index.ts"],
			],
		],
		["relay/process/run-relay.ts", ["node_modules/@kubernetes/client-node"]],
		["cli/check.ts", ["node_modules/yaml", "node_modules/zod", "pipeline/build/build-artefact.ts"]],
	])("%s", async (file, unneeded) => {
		const loaded = await loadedBy(file);
		expect(loaded.some((url) => url.endsWith(file))).toBe(true);
		for (const part of unneeded) expect(loaded.filter((url) => url.includes(part))).toEqual([]);
	});
});
