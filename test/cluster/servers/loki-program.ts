import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { cacheFolder, filledOnce, run } from "./server-cache.ts";

/** `go.mod` pins Loki and all of its dependencies. */
const BUILD_FOLDER = path.join(import.meta.dirname, "loki");
const PACKAGE = "github.com/grafana/loki/v3/cmd/loki";

/** Finds it, or builds it with Go 1.26 into the cache: once, about ten minutes on two cores. */
export async function provideLoki(): Promise<string> {
	const folder = await filledOnce(await folderOf(), async (unfinished) => {
		const env = {
			...process.env,
			CGO_ENABLED: "0",
			GOTOOLCHAIN: "local",
			GOFLAGS: "-buildvcs=false -mod=readonly",
		};
		const output = ["-o", path.join(unfinished, "loki")];
		await run("go", ["build", "-trimpath", "-tags", "netgo", "-ldflags", "-s -w", ...output, PACKAGE], {
			cwd: BUILD_FOLDER,
			env,
		});
	});
	return path.join(folder, "loki");
}

/** Keyed by the pinned modules, which determine the binary. */
async function folderOf(): Promise<string> {
	const sums = createHash("sha256").update(await readFile(path.join(BUILD_FOLDER, "go.sum")));
	return cacheFolder(`loki-${sums.digest("hex").slice(0, 12)}`);
}
