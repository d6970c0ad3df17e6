import { writeFile } from "node:fs/promises";
import path from "node:path";
import { provideDebianProgram } from "./debian-programs.ts";
import { type RunningServer, startServer } from "./running-server.ts";
import { isThere } from "./server-cache.ts";

/** Where Debian's build has its default templates, wherever its program lies. */
const TEMPLATES = "/usr/share/prometheus/alertmanager";
/** In a mount namespace of its own, which nobody else sees: the unpacked package's templates in that place. */
const WITH_TEMPLATES = `mount -t tmpfs none /usr/share && mkdir ${path.dirname(TEMPLATES)} && ln -s "$1" ${TEMPLATES} && shift && exec "$0" "$@"`;

/** A real Alertmanager that tells nobody. */
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
					// Without an address for its cluster it gossips with nobody.
					...[`--web.listen-address=127.0.0.1:${port}`, "--cluster.listen-address="],
				],
			};
		},
		async (url) => (await fetch(`${url}/-/ready`)).ok,
	);
}
