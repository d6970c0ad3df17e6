import { shippedArtefact } from "../support/shipped-artefact.ts";
import { BATCHES, type Figures, measure, readBatch, WAYS, type Way } from "./figures.ts";

/** `npm run routing -- [first-batch.jsonl ...]`: how many failures of the batches go to the right agent, and the misses. */
const files = process.argv.slice(2);
const artefact = await shippedArtefact();
for (const file of files.length > 0 ? files : BATCHES) {
	const batch = readBatch(file);
	process.stdout.write(`${file}: ${batch.length} failures\n`);
	for (const way of Object.keys(WAYS) as Way[]) process.stdout.write(shown(way, await measure(artefact, batch, way)));
}

function shown(way: Way, { cases, agent, of, type, misses }: Figures): string {
	const fields = Object.entries(of).map(([name, { right, cases: own }]) => `${name} ${right}/${own}`);
	const lines = misses.map(({ id, right, chosen, why }) => `    ${id} ${chosen}, not ${right}: ${why}`);
	return [
		`  ${way}: agent ${share(agent, cases)} (${fields.join(", ")}), failure type of these ${share(type, agent)}`,
		...lines,
		"",
	].join("\n");
}

function share(part: number, all: number): string {
	return `${part}/${all} ${((100 * part) / Math.max(all, 1)).toFixed(1)} %`;
}
