import path from "node:path";
import { provideGoProgram } from "./go-program.ts";
import { run } from "./server-cache.ts";

const CHART = path.join(import.meta.dirname, "../../../deploy/helm/healer-relay");

/** What upstream stamps at link time: the Kubernetes version that it renders for without a cluster. */
const STAMPS = {
	"pkg/chartutil.k8sVersionMajor": "1",
	"pkg/chartutil.k8sVersionMinor": "34",
	"pkg/lint/rules.k8sVersionMajor": "1",
	"pkg/lint/rules.k8sVersionMinor": "34",
};

/** Finds Helm in the cache, or builds it with Go: once, about ninety seconds on two idle cores. */
export function provideHelm(): Promise<string> {
	const linker = Object.entries(STAMPS).map(([name, value]) => `-X helm.sh/helm/v3/${name}=${value}`);
	return provideGoProgram({ name: "helm", builtFrom: "helm.sh/helm/v3/cmd/helm", linker: linker.join(" ") });
}

/** The chart's objects as YAML, as `helm install` would send them. */
export function renderChart(namespace: string, ...options: readonly string[]): Promise<string> {
	return runHelm("template", "healer-relay", CHART, "--namespace", namespace, ...options);
}

/** `helm upgrade --install`, as docs/deploy.md has it; returns what it prints, with the notes. */
export function installChart(namespace: string, ...options: readonly string[]): Promise<string> {
	return runHelm("upgrade", "--install", "healer-relay", CHART, "--namespace", namespace, ...options);
}

/** @throws with Helm's own message when it fails. */
export async function runHelm(...args: readonly string[]): Promise<string> {
	return run(await provideHelm(), args, { cwd: CHART });
}
