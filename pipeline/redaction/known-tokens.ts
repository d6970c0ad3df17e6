import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import type { SecretLintRuleContext } from "@secretlint/types";
import type { RedactionRule, SecretSpan } from "./secret-span.ts";

/**
 * The enabled rules of secretlint's recommended preset, with the kind and the first characters of what each finds.
 * Disabled: the one that reads files (gcp), the one that lets a text's author switch off the others (filter-comments),
 * and those that take more than the secret or need all of it (basicauth, database-connection-string, privatekey):
 * `url-secrets.ts` keeps hosts readable, and `private-key-lines.ts` recognises keys that an excerpt cut.
 */
const ASKED: Readonly<Record<string, { readonly kind: string; readonly literals: readonly string[] }>> = {
	aws: { kind: "aws access key id", literals: ["a3t", "akia", "agpa", "aida", "aroa", "aipa", "anpa", "anva", "asia"] },
	npm: { kind: "npm token", literals: ["npm_", "x-oauth-basic"] },
	slack: { kind: "slack token", literals: ["xox", "xapp-"] },
	sendgrid: { kind: "sendgrid key", literals: ["sg."] },
	shopify: { kind: "shopify token", literals: ["shppa_", "shpca_", "shpat_", "shpss_"] },
	github: { kind: "github token", literals: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"] },
	gitlab: { kind: "gitlab token", literals: ["glpat-"] },
	grafana: { kind: "grafana token", literals: ["glc_", "glsa_"] },
	openai: { kind: "openai key", literals: ["sk-"] },
	anthropic: { kind: "anthropic key", literals: ["sk-ant-"] },
	groq: { kind: "groq key", literals: ["gsk_"] },
	huggingface: { kind: "hugging face token", literals: ["hf_"] },
	linear: { kind: "linear key", literals: ["lin_api_"] },
	notion: { kind: "notion token", literals: ["ntn_"] },
	"1password": { kind: "1password token", literals: ["ops_ey"] },
	"hashicorp-vault": { kind: "vault token", literals: ["hvs.", "hvb.", "hvr."] },
	vercel: { kind: "vercel token", literals: ["vcp_", "vci_", "vca_", "vcr_", "vck_"] },
	databricks: { kind: "databricks token", literals: ["dapi"] },
	docker: { kind: "docker token", literals: ["dckr_pat_"] },
	figma: { kind: "figma token", literals: ["figd_"] },
};

/**
 * Messages of these rules that are ignored: they report no secret, the rest of the line, a range that misses the secret
 * (its length counts from where the name starts), or the host. Healer's own finders detect these by their names.
 */
const NOT_ASKED = new Set(["AWSAccountID", "AWSSecretAccessKey", "Npmrc_authToken", "IncomingWebhook"]);

type Rule = (typeof rules)[number];
type SourceCode = Parameters<NonNullable<ReturnType<Rule["create"]>["file"]>>[0];

const PREFIX = "@secretlint/secretlint-rule-";

let found: SecretSpan[] = [];

/** The findings of the rule set, rule by rule. */
export const KNOWN_TOKEN_RULES: readonly RedactionRule[] = rules.flatMap((rule) => {
	const enabled = ASKED[rule.meta.id.slice(PREFIX.length)];
	if (enabled === undefined) return [];
	const scanner = rule.create(reportingAs(enabled.kind), {});
	// Rules report during the call: none of the enabled ones is asynchronous.
	const find = (line: string) => {
		found = [];
		void scanner.file?.(sourceOf(line));
		return found;
	};
	return [{ literals: enabled.literals, find }];
});

function reportingAs(kind: string): SecretLintRuleContext {
	return {
		sharedOptions: {},
		createTranslator: () => (messageId) => ({ message: "", messageId: String(messageId), data: undefined as never }),
		report: ({ message, range: [from, to] }) => {
			if (!NOT_ASKED.has(message.messageId)) found.push({ from, to, kind });
		},
		ignore: () => undefined,
	};
}

/** A text without a file; no rule needs line positions. */
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
	throw new Error("a rule requested line positions");
}
