import { findClusterBinaries } from "../../../cli/cluster/cluster-binaries.ts";

/**
 * Whether the cluster's tests run: always when they are asked for by name, else when the programs are at hand. It is
 * said loudly when they do not.
 */
export async function shallTestCluster(): Promise<boolean> {
	if (isAskedFor("cluster")) return true;
	if ((await findClusterBinaries(process.env)).ok) return true;
	// The configuration is read more than once; it is said once.
	if (areAllAskedFor() && process.env.HEALER_TOLD_OF_CLUSTER === undefined) {
		process.env.HEALER_TOLD_OF_CLUSTER = "yes";
		process.stderr.write(
			"\n!!! THE CLUSTER TESTS DO NOT RUN: no kube-apiserver is at hand. `npm run test:cluster` gets one and runs them.\n\n",
		);
	}
	return false;
}

/** Whether a project of vitest is asked for by its name. */
export function isAskedFor(project: string): boolean {
	return askedProjects().includes(project);
}

/** Whether no project is asked for by its name, so that all run. */
export function areAllAskedFor(): boolean {
	return askedProjects().every((project) => project === undefined);
}

function askedProjects(): readonly (string | undefined)[] {
	return process.argv.flatMap((word, at, all) => (word === "--project" ? [all[at + 1]] : [optionValue(word)]));
}

function optionValue(word: string): string | undefined {
	return word.startsWith("--project=") ? word.slice("--project=".length) : undefined;
}
