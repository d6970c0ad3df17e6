import path from "node:path";
import type { Output } from "../output.ts";
import type { HubSettings } from "../state/hub-settings.ts";
import type { Secrets } from "../state/secrets.ts";
import type { StateFolder } from "../state/state-folder.ts";

export interface BannerFacts {
	readonly url: string;
	readonly relayUrl: string;
	/** File and version of the active pipeline. */
	readonly pipeline: string;
	readonly folder: StateFolder;
	readonly settings: HubSettings;
	/** Namespace of CodeRuns in a cluster. */
	readonly coderunNamespace: string;
	readonly secrets: Secrets;
	readonly debug: boolean;
}

/** Prints the facts that a user needs after `npm start`. Names secrets, never shows one. */
export function printBanner(output: Output, facts: BannerFacts): void {
	const row = (name: string, value: string) => output.line(`  ${output.paint("dim", name.padEnd(9))} ${value}`);
	output.line(output.paint("bold", "Healer"));
	row("page", `${facts.url}/`);
	row("webhooks", `${facts.url}/webhooks/github`);
	row("relay", facts.relayUrl);
	row("CodeRuns", coderunsLine(facts));
	row("pipeline", facts.pipeline);
	row("secrets", secretsLine(facts));
	row("log", `${shown(facts.folder.log)}${facts.debug ? " and here" : " (HEALER_LOG=debug prints it here too)"}`);
}

function coderunsLine({ settings, folder, coderunNamespace }: BannerFacts): string {
	return settings.sink === "directory" ? shown(folder.coderuns) : `namespace ${coderunNamespace} of the cluster`;
}

function secretsLine({ secrets, folder }: BannerFacts): string {
	if (secrets.made.length > 0) return `${secrets.made.join(", ")} generated and stored in ${shown(folder.secrets)}`;
	return secrets.kept.length > 0 ? `${secrets.kept.join(", ")} from ${shown(folder.secrets)}` : "from the environment";
}

/** Relative inside the working directory. */
function shown(file: string): string {
	const relative = path.relative(process.cwd(), file);
	return relative.startsWith("..") ? file : relative;
}
