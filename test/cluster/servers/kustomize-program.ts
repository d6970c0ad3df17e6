import path from "node:path";
import { provideGoProgram } from "./go-program.ts";
import { isThere, run } from "./server-cache.ts";

const HOW_TO_GET =
	"Rendering deploy/ needs kubectl 1.30 or newer on PATH (https://kubernetes.io/docs/tasks/tools), or Go 1.26 or newer (https://go.dev/dl), with which kustomize is built once.";

/**
 * The objects of a kustomization as YAML. kubectl renders it where it is installed; else kustomize, built with Go into
 * the cache: once, about fifteen seconds on two cores.
 * @throws when neither is there, saying what to install; or with kustomize's own error.
 */
export async function renderKustomization(folder: string): Promise<string> {
	const [program, ...args] = (await findKubectl()) ?? [await provideKustomize(), "build"];
	return run(program, [...args, folder], { cwd: folder });
}

async function findKubectl(): Promise<readonly [string, string] | undefined> {
	for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
		const program = path.join(folder, "kubectl");
		if (await isThere(program)) return [program, "kustomize"];
	}
	return undefined;
}

/** Finds kustomize in the cache, or builds it. */
export function provideKustomize(): Promise<string> {
	const program = { name: "kustomize", builtFrom: "sigs.k8s.io/kustomize/kustomize/v5" };
	return provideGoProgram(program).catch((cause: unknown) => {
		throw new Error(HOW_TO_GET, { cause });
	});
}
