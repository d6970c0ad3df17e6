import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { manifestsOfChart } from "../cluster/support/chart-manifests.ts";

/** `npm run manifests`: writes what deploy/relay and deploy/argocd-reader have in common with the chart. */
const ROOT = path.join(import.meta.dirname, "../..");
for (const [file, text] of await manifestsOfChart()) {
	await mkdir(path.dirname(path.join(ROOT, file)), { recursive: true });
	await writeFile(path.join(ROOT, file), text);
	process.stdout.write(`${file}\n`);
}
