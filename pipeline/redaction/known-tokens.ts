import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import type { Finding } from "./finding.ts";

/**
 * The rules of secretlint's recommended preset that are asked, and the kind of what each finds. Left out: the one that
 * looks at files (gcp), the one by which a text's author could switch the others off (filter-comments), and those that
 * take more than the secret or need the whole of it (basicauth, database-connection-string, privatekey): `url-secrets.ts`
 * leaves hosts readable, `private-key-lines.ts` knows keys that an excerpt cut.
 */
const KINDS: Readonly<Record<string, string>> = {
	aws: "aws key",
	npm: "npm token",
	slack: "slack token",
	sendgrid: "sendgrid key",
	shopify: "shopify token",
	github: "github token",
	gitlab: "gitlab token",
	grafana: "grafana token",
	openai: "openai key",
	anthropic: "anthropic key",
	groq: "groq key",
	huggingface: "hugging face token",
	linear: "linear key",
	notion: "notion token",
	"1password": "1password token",
	"hashicorp-vault": "vault token",
	vercel: "vercel token",
	databricks: "databricks token",
	docker: "docker token",
	figma: "figma token",
};

/**
 * Messages of these rules that are not taken: of no secret, with the rest of the line, with a range that misses the secret
 * (its length from where the name starts), with the host. Our own finders know these by their names.
 */
const NOT_ASKED = new Set(["AWSAccountID", "AWSSecretAccessKey", "Npmrc_authToken", "IncomingWebhook"]);

type Rule = (typeof rules)[number];
type RuleContext = Parameters<Rule["create"]>[0];
type SourceCode = Parameters<NonNullable<ReturnType<Rule["create"]>["file"]>>[0];

const PREFIX = "@secretlint/secretlint-rule-";

let found: Finding[] = [];

const scanners = rules.flatMap((rule) => {
	const kind = KINDS[rule.meta.id.slice(PREFIX.length)];
	return kind === undefined ? [] : [rule.create(reportingAs(kind), {})];
});

/** What the rule set finds. Its rules report while they are called: none of those asked waits for anything. */
export function findKnownTokens(line: string): readonly Finding[] {
	found = [];
	const source = sourceOf(line);
	for (const scanner of scanners) void scanner.file?.(source);
	return found;
}

function reportingAs(kind: string): RuleContext {
	return {
		sharedOptions: {},
		createTranslator: () => (messageId) => ({ message: "", messageId: String(messageId), data: undefined as never }),
		report: ({ message, range: [from, to] }) => {
			if (!NOT_ASKED.has(message.messageId)) found.push({ from, to, kind });
		},
		ignore: () => undefined,
	};
}

/** A text without a file; nothing asks for places in lines. */
function sourceOf(content: string): SourceCode {
	return {
		hasBOM: false,
		content,
		filePath: undefined,
		physicalFilePath: undefined,
		contentType: "text",
		ext: "",
		getFilePath: () => undefined,
		getPhysicalFilePath: () => undefined,
		locationToRange: noPlaces,
		rangeToLocation: noPlaces,
		positionToIndex: noPlaces,
		indexToPosition: noPlaces,
	};
}

function noPlaces(): never {
	throw new Error("a rule asked for a place in lines");
}
