import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { parseEnv } from "node:util";
import { readSecretList } from "../../wire/secret-list.ts";
import { readText } from "../read-input.ts";
import { writeAtomic } from "../write-atomic.ts";

/** The three secrets of DESIGN section 9. Each may hold several, separated by whitespace or commas, to rotate them. */
const SECRET_NAMES = ["GITHUB_WEBHOOK_SECRET", "HEALER_API_TOKEN", "HEALER_WIRE_SECRETS"] as const;
export type SecretName = (typeof SECRET_NAMES)[number];

export interface Secrets {
	readonly values: Readonly<Record<SecretName, string>>;
	/** Names of those that were made just now and written to the file. */
	readonly made: readonly SecretName[];
	/** Names of those that come from the file. */
	readonly kept: readonly SecretName[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Those that the environment does not give are made once and kept in `file`, readable by its owner only. */
export async function readOrMakeSecrets(env: Environment, file: string): Promise<Secrets> {
	const inFile = await readKeptSecrets(file);
	const values = { GITHUB_WEBHOOK_SECRET: "", HEALER_API_TOKEN: "", HEALER_WIRE_SECRETS: "" };
	const made: SecretName[] = [];
	const kept: SecretName[] = [];
	for (const name of SECRET_NAMES) {
		const given = env[name]?.trim();
		values[name] = given || inFile[name] || make(name);
		if (!given) (inFile[name] ? kept : made).push(name);
	}
	if (made.length > 0) {
		await writePrivately(file, { ...inFile, ...Object.fromEntries(made.map((name) => [name, values[name]])) });
	}
	return { values, made, kept };
}

/** How a webhook secret is read that holds what separates several; undefined for one that does not. */
export function describeSeparators({ values }: Pick<Secrets, "values">): string | undefined {
	const parts = values.GITHUB_WEBHOOK_SECRET.split(/[\s,]+/).filter((part) => part !== "");
	if (readSecretList(values.GITHUB_WEBHOOK_SECRET).length <= 1) return undefined;
	return `GITHUB_WEBHOOK_SECRET holds commas or spaces: it is read as ${parts.length} secrets, and as one that is the whole text.`;
}

/** What an earlier start made; nothing when there was none. */
export async function readKeptSecrets(file: string): Promise<Partial<Record<string, string>>> {
	if ((await stat(file).catch(() => undefined)) === undefined) return {};
	const text = await readText(file);
	if (!text.ok) throw new Error(text.problem);
	return parseEnv(text.value);
}

/** Standard Webhooks wants `whsec_` and base64 of 24 to 64 bytes (https://www.standardwebhooks.com). */
function make(name: SecretName): string {
	return name === "HEALER_WIRE_SECRETS"
		? `whsec_${randomBytes(32).toString("base64")}`
		: randomBytes(32).toString("hex");
}

async function writePrivately(file: string, secrets: Partial<Record<string, string>>): Promise<void> {
	const lines = Object.entries(secrets).map(([name, value]) => `${name}="${value}"`);
	const text = `# Made by healer start. Keep it private; the same names in the environment win.\n${lines.join("\n")}\n`;
	await writeAtomic(file, text, 0o600);
}
