import { provideClusterBinaries } from "../../../cli/cluster/cluster-binaries.ts";
import { provideArgoDefinitions } from "./argo-definitions.ts";
import { provideDebianProgram } from "./debian-programs.ts";
import { provideHelm } from "./helm-program.ts";
import { provideKustomize } from "./kustomize-program.ts";
import { provideLoki } from "./loki-program.ts";

/**
 * Provides every program that the cluster tests run, one after the other: from scratch about twenty minutes on two
 * cores.
 */
const say = (line: string) => void process.stdout.write(`${line}\n`);
for (const name of ["prometheus", "promtool", "prometheus-alertmanager"] as const)
	say(await provideDebianProgram(name));
say(await provideArgoDefinitions());
say(await provideKustomize());
say(await provideHelm());
const cluster = await provideClusterBinaries(process.env, say);
if (!cluster.ok) throw new Error(cluster.problem);
say(cluster.value["kube-apiserver"]);
say("Loki, built from its Go sources unless it is there: about ten minutes, once.");
say(await provideLoki());
