import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { pipelineJsonSchema } from "../pipeline/build/index.ts";
import { writeAtomic } from "../relay/cluster/directory/atomic-file.ts";
import { makeFolder } from "../relay/cluster/directory/make-folder.ts";
import { messageOf } from "../wire/message-of.ts";
import { buildPipeline } from "./build-pipeline.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { bundlePage } from "./hub/page-bundle.ts";
import { exitWith, type Output } from "./output.ts";
import { bundleRelay } from "./relay-bundle.ts";

export interface BuildOptions {
	readonly pipeline: string;
	readonly out: string;
	/** True without a name: `pipeline.schema.json`. */
	readonly schema?: string | true;
	/** True without a name: `dist/relay.mjs`. */
	readonly relay?: string | true;
	/** True without a name: `dist/page`. */
	readonly page?: string | true;
	/** The command of wrangler that builds, if one does. */
	readonly wrangler?: string | undefined;
}

const NOT_THE_HUB =
	"wrangler dev runs the worker alone: no relay, no secrets but those of .dev.vars, and an empty journal until `npx wrangler d1 migrations apply healer-journal --local`. The whole hub: npm start, or npm run dev to restart it after each edit.";

/**
 * `healer build`: writes the checked artefact; with `--schema` the JSON Schema with which editors check
 * `pipeline.yaml`, with `--relay` the relay as one file, with `--page` the files of the page.
 */
export async function build(options: BuildOptions, output: Output): Promise<ExitCode> {
	if (options.schema !== undefined) {
		const file = options.schema === true ? "pipeline.schema.json" : options.schema;
		return await write(file, `${JSON.stringify(pipelineJsonSchema(), undefined, "\t")}\n`, output);
	}
	if (options.relay !== undefined) {
		const file = options.relay === true ? "dist/relay.mjs" : options.relay;
		return await write(file, await bundleRelay(), output);
	}
	if (options.page !== undefined) {
		return await writePage(options.page === true ? "dist/page" : options.page, output);
	}
	if (options.wrangler === "dev") output.problem(NOT_THE_HUB);
	const built = await buildPipeline(options.pipeline, output.colourfulProblems);
	if (!built.ok) {
		return exitWith(output, built.problem, EXIT.usage);
	}
	if (!built.value.ok) {
		return exitWith(output, built.value.rendered);
	}
	return await write(options.out, `${JSON.stringify(built.value.artefact)}\n`, output);
}

/** Empties the folder first: files of an earlier build would be deployed, too. */
async function writePage(folder: string, output: Output): Promise<ExitCode> {
	const files = await bundlePage();
	await rm(folder, { recursive: true, force: true });
	for (const { path: name, bytes } of files) {
		const file = path.join(folder, name);
		await makeFolder(path.dirname(file));
		await writeFile(file, bytes);
	}
	output.line(`Wrote ${folder}.`);
	return EXIT.ok;
}

async function write(file: string, text: string, output: Output): Promise<ExitCode> {
	try {
		await writeAtomic(file, text);
		output.line(`Wrote ${file}.`);
		return EXIT.ok;
	} catch (error) {
		return exitWith(output, `Cannot write ${file}: ${messageOf(error)}.`, EXIT.usage);
	}
}
