import path from "node:path";
import { makeFolder } from "../relay/cluster/directory/make-folder.ts";
import { messageOf } from "../wire/message-of.ts";
import { applyDefinition } from "./cluster/apply-definition.ts";
import { provideClusterBinaries } from "./cluster/cluster-binaries.ts";
import { startLocalCluster } from "./cluster/local-cluster.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { listenForStop } from "./hub/stop-signal.ts";
import { exitWith, type Output } from "./output.ts";
import { stateDirOf } from "./state/hub-settings.ts";
import { takeStateLock } from "./state/state-lock.ts";

/** `healer cluster`: a real API server on this machine that knows CodeRuns, until it is stopped. Its objects are kept. */
export async function cluster(
	options: { readonly namespace: string },
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	const stop = listenForStop(env);
	const folder = path.join(stateDirOf(env), "cluster");
	await makeFolder(folder, 0o700);
	const lock = takeStateLock(path.join(folder, "lock"));
	if (lock === undefined)
		return exitWith(output, `Another cluster runs in ${folder}. Stop it, or set HEALER_STATE_DIR.`);
	try {
		const binaries = await provideClusterBinaries(env, output.line);
		if (!binaries.ok) return exitWith(output, binaries.problem);
		if (stop.isAsked()) return EXIT.ok;
		const started = await startLocalCluster(folder, binaries.value);
		if (!started.ok) return exitWith(output, started.problem);
		try {
			await applyDefinition(started.value.kubeconfig, options.namespace);
			const { kubeconfig, server } = started.value;
			const env = `KUBECONFIG=${kubeconfig}`;
			output.line(
				`A Kubernetes API server with CodeRuns runs on ${server}. Nothing works on them: no controller is there.`,
			);
			output.line(`  ${env} ${binaries.value.kubectl} -n ${options.namespace} get coderuns`);
			output.line(`  ${env} HEALER_SINK=kubernetes HEALER_NAMESPACE=${options.namespace} npm start`);
			output.line("Ctrl-C ends it.");
			await stop.asked;
			output.line("The cluster is stopping.");
			return EXIT.ok;
		} finally {
			await started.value.stop();
		}
	} catch (error) {
		return exitWith(output, `The cluster could not start: ${messageOf(error)}.`);
	} finally {
		lock.release();
	}
}
