import { writeFile } from "node:fs/promises";
import path from "node:path";
import { provideDebianProgram } from "./debian-programs.ts";
import { type RunningServer, startServer } from "./running-server.ts";
import { isThere } from "./server-cache.ts";

/** The path of the default templates in Debian's build, wherever the program is. */
const TEMPLATES = "/usr/share/prometheus/alertmanager";
/** Runs in its own mount namespace, invisible to others, with the unpacked package's templates at that path. */
const WITH_TEMPLATES = `mount -t tmpfs none /usr/share && mkdir ${path.dirname(TEMPLATES)} && ln -s "$1" ${TEMPLATES} && shift && exec "$0" "$@"`;

/** A real Alertmanager that notifies nobody. */
export async function startAlertmanager(): Promise<RunningServer> {
	const program = await provideDebianProgram("prometheus-alertmanager");
	const unpacked = path.join(path.dirname(program), "../share/prometheus/alertmanager");
	const around = ["--map-root-user", "--mount", "sh", "-c", WITH_TEMPLATES, program, unpacked];
	const isInstalled = await isThere(TEMPLATES);
	return startServer(
		isInstalled ? program : "unshare",
		async ({ folder, port }) => {
			const config = path.join(folder, "alertmanager.yml");
			await writeFile(config, "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n");
			return {
				args: [
					...(isInstalled ? [] : around),
					...[`--config.file=${config}`, `--storage.path=${folder}`],
					// Without a cluster address it does not gossip.
					...[`--web.listen-address=127.0.0.1:${port}`, "--cluster.listen-address="],
				],
			};
		},
		async (url) => (await fetch(`${url}/-/ready`)).ok,
	);
}
