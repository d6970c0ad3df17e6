import { writeFile } from "node:fs/promises";
import path from "node:path";
import { provideDebianProgram } from "./debian-programs.ts";
import { type RunningServer, startServer } from "./running-server.ts";

/** A real Alertmanager that tells nobody. */
export async function startAlertmanager(): Promise<RunningServer> {
	return startServer(
		await provideDebianProgram("prometheus-alertmanager"),
		async ({ folder, port }) => {
			const config = path.join(folder, "alertmanager.yml");
			await writeFile(config, "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n");
			return {
				args: [
					...[`--config.file=${config}`, `--storage.path=${folder}`],
					// Without an address for its cluster it gossips with nobody.
					...[`--web.listen-address=127.0.0.1:${port}`, "--cluster.listen-address="],
				],
			};
		},
		async (url) => (await fetch(`${url}/-/ready`)).ok,
	);
}
