import { writeFile } from "node:fs/promises";
import path from "node:path";
import { provideDebianProgram } from "./debian-programs.ts";
import { type RunningServer, startServer } from "./running-server.ts";
import { run } from "./server-cache.ts";

/** A real Prometheus that scrapes nothing and has this history, in OpenMetrics' text format with times in seconds. */
export async function startPrometheus(history: string): Promise<RunningServer> {
	const program = await provideDebianProgram("prometheus");
	const promtool = await provideDebianProgram("promtool");
	return startServer(
		program,
		async ({ folder, port }) => {
			const config = path.join(folder, "prometheus.yml");
			await writeFile(config, "global: {scrape_interval: 1h}\n");
			await writeFile(path.join(folder, "history"), history);
			await run(promtool, ["tsdb", "create-blocks-from", "openmetrics", "history", "data"], { cwd: folder });
			return {
				args: [
					...[`--config.file=${config}`, `--storage.tsdb.path=${path.join(folder, "data")}`],
					...[`--web.listen-address=127.0.0.1:${port}`, "--storage.tsdb.retention.time=30d"],
				],
			};
		},
		async (url) => (await fetch(`${url}/-/ready`)).ok,
	);
}
