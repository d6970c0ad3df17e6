import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { cacheFolder, filledOnce, run } from "./server-cache.ts";

/** A program that is built from the Go module proxy. */
export interface GoProgram {
	/** Of the program, and of the folder whose `go.mod` pins it and all of its dependencies. */
	readonly name: string;
	/** The Go package. */
	readonly builtFrom: string;
	/** More arguments of `go build`. */
	readonly arguments?: readonly string[];
	/** More linker flags. */
	readonly linker?: string;
}

const FLAGS = { CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "-buildvcs=false -mod=readonly" };

/**
 * Finds the program in the cache, or builds it with Go 1.26. The cache is keyed by the pinned modules and the linker
 * flags, which determine the binary.
 */
export async function provideGoProgram(program: GoProgram): Promise<string> {
	const { name, builtFrom, linker = "" } = program;
	const source = path.join(import.meta.dirname, name);
	const sums = createHash("sha256")
		.update(await readFile(path.join(source, "go.sum")))
		.update(linker);
	const folder = await filledOnce(cacheFolder(`${name}-${sums.digest("hex").slice(0, 12)}`), async (unfinished) => {
		const output = ["-ldflags", `-s -w ${linker}`.trim(), "-o", path.join(unfinished, name)];
		const build = ["build", "-trimpath", ...(program.arguments ?? []), ...output, builtFrom];
		await run("go", build, { cwd: source, env: { ...process.env, ...FLAGS } });
	});
	return path.join(folder, name);
}
