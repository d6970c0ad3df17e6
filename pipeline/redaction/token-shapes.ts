import { looksRandom } from "./looks-random.ts";
import type { RedactionRule, SecretSpan } from "./secret-span.ts";

interface Shape {
	readonly kind: string;
	/** Lower-cased prefixes; every match contains at least one. */
	readonly literals: readonly string[];
	/** The last group is what follows the prefix. */
	readonly pattern: RegExp;
	/** The rest must look random, because the prefix also begins ordinary words. */
	readonly random?: boolean;
}

/** Prefixes of services that are rare in CI logs: Sentry, Doppler, Pulumi, Tailscale, New Relic, Postman ... */
const SERVICE_PREFIXES = [
	..."sntrys_ sntryu_ dp.pt. dp.st. dp.ct. dp.sa. pul- tskey- NRAK- PMAK- CCIPAT_ bkua_ dapi figd_ lin_api_ ntn_".split(
		" ",
	),
	..."phc_ phx_ shpat_ shpca_ shppa_ shpss_ vcp_ vci_ vca_ vcr_ vck_ ops_ cfut_ cfat_ v1.0- fio-u- EZAK EZTK sbp_".split(
		" ",
	),
];

/**
 * Tokens with an issuer's prefix that the rule set lacks, and shorter forms of those that it has, because an excerpt
 * may have cut them.
 */
const SHAPES: readonly Shape[] = [
	{
		kind: "github token",
		literals: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
		pattern: /\b(?:gh[oprsu]_|github_pat_)([A-Za-z0-9_.-]{6,})/g,
	},
	{
		kind: "gitlab token",
		literals: [
			"glpat-",
			"glptt-",
			"gldt-",
			"glrt-",
			"glcbt-",
			"glsoat-",
			"glimt-",
			"glagent-",
			"glft-",
			"gloas-",
			"gr1348941",
		],
		pattern: /\b(?:gl(?:pat|ptt|dt|rt|cbt|soat|imt|agent|ft|oas)-|GR1348941)([\w.-]{8,})/g,
	},
	{ kind: "npm token", literals: ["npm_"], pattern: /\bnpm_([A-Za-z0-9]{10,})/g, random: true },
	{ kind: "pypi token", literals: ["pypi-"], pattern: /\bpypi-(AgE[\w-]+)/g },
	{
		kind: "registry token",
		literals: ["rubygems_", "dckr_", "oy2", "akcp"],
		pattern: /\b(?:rubygems_|dckr_(?:pat|oat)_|oy2|AKCp)([A-Za-z0-9_-]{24,})/g,
		random: true,
	},
	{
		kind: "aws access key id",
		literals: ["akia", "asia", "abia", "acca"],
		pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)([A-Z2-7]{10,16})(?![A-Za-z0-9])/g,
	},
	{ kind: "slack token", literals: ["xox"], pattern: /\bxox[abceoprs](?:\.xox[bp])?-([\w-]{8,})/g },
	{ kind: "slack token", literals: ["xapp-"], pattern: /\bxapp-\d-([\w-]{8,})/g },
	{
		kind: "slack webhook",
		literals: ["hooks.slack"],
		pattern: /(?<=hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/)([\w/-]{8,})/g,
	},
	{ kind: "discord webhook", literals: ["/api/webhooks/"], pattern: /(?<=\/api\/webhooks\/)(\d+\/[\w-]{8,})/g },
	{
		kind: "stripe key",
		literals: ["k_live_", "k_test_", "whsec_"],
		pattern: /\b(?:[rs]k_(?:live|test)_|whsec_)([\w+/=]{8,})/g,
	},
	{ kind: "sendgrid key", literals: ["sg."], pattern: /\bSG\.([\w-]{10,}(?:\.[\w-]*)?)/g, random: true },
	{
		kind: "google key",
		literals: ["aiza", "gocspx-", "ya29.", "1//0"],
		pattern: /(?<!\w)((?:AIza|GOCSPX-|ya29\.)[\w-]{8,}|1\/\/0[\w-]{20,})/g,
	},
	{ kind: "digitalocean token", literals: ["_v1_"], pattern: /\bdo[opr]_v1_([a-f0-9]{8,})/g },
	{ kind: "anthropic key", literals: ["sk-ant-"], pattern: /\bsk-ant-([\w-]{10,})/g },
	{
		kind: "openai key",
		literals: ["sk-"],
		pattern: /\bsk-((?:proj|svcacct|admin|or-v1)-[\w-]{10,}|[A-Za-z0-9]{20,})/g,
		random: true,
	},
	{
		kind: "hugging face token",
		literals: ["hf_"],
		pattern: /\bhf_((?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z0-9]*[a-z])[A-Za-z0-9]{12,})/g,
	},
	{
		kind: "model provider key",
		literals: ["hf_", "gsk_", "r8_", "xai-", "pplx-", "nvapi-", "fw_", "csk-", "jina_", "tgp_v1_"],
		pattern: /\b(?:hf_|gsk_|r8_|xai-|pplx-|nvapi-|fw_|csk-|jina_|tgp_v1_)([\w-]{20,})/g,
		random: true,
	},
	{ kind: "vault token", literals: ["hvs.", "hvb.", "hvr."], pattern: /\bhv[bsr]\.([\w-]{16,})/g },
	{ kind: "terraform token", literals: [".atlasv1."], pattern: /\b[A-Za-z0-9]{14}\.atlasv1\.([\w-]{10,})/g },
	{ kind: "twilio key", literals: ["sk"], pattern: /\bSK([a-f0-9]{32})\b/g },
	{ kind: "mailgun key", literals: ["key-"], pattern: /\bkey-([a-f0-9]{32})\b/g },
	{ kind: "telegram token", literals: [":aa"], pattern: /\b\d{8,10}:(AA[\w-]{30,})/g },
	{
		kind: "square token",
		literals: ["sq0", "eaaa"],
		pattern: /\b(?:sq0(?:atp|csp|idp)-|EAAA)([\w-]{22,})/g,
		random: true,
	},
	{
		kind: "atlassian token",
		literals: ["atatt3", "atctt3", "atbb"],
		pattern: /\b(?:AT[AC]TT3|ATBB)([\w=-]{16,})/g,
	},
	{
		kind: "grafana token",
		literals: ["glsa_", "glc_", "eyjrijoi"],
		pattern: /\b(?:glsa_|glc_|eyJrIjoi)([\w+/=]{16,})/g,
	},
	{
		kind: "service token",
		literals: SERVICE_PREFIXES.map((prefix) => prefix.toLowerCase()),
		pattern: new RegExp(
			`\\b(?:${SERVICE_PREFIXES.map((prefix) => prefix.replaceAll(".", "\\.")).join("|")})([\\w.+/=-]{20,})`,
			"g",
		),
		random: true,
	},
	{ kind: "age key", literals: ["age-secret-key-1"], pattern: /\bAGE-SECRET-KEY-1([A-Z0-9]{8,})/g },
	{
		// A token's header begins with `{"alg`, `{"typ`, `{"kid` or `{"enc`, so any cut token is still recognised.
		kind: "jwt",
		literals: ["eyj"],
		pattern: /\beyJ((?:hbGci|0eXAi|raWQi|lbmMi|jdHki|4NXQi|qa3Ui)[\w.-]{4,}|[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*){0,3})/g,
	},
];

/** Every token that its prefix identifies. */
export const TOKEN_SHAPE_RULES: readonly RedactionRule[] = SHAPES.map(({ literals, ...shape }) => ({
	literals,
	find: (line) => findShape(line, shape),
}));

function findShape(line: string, { kind, pattern, random }: Omit<Shape, "literals">): SecretSpan[] {
	return Array.from(line.matchAll(pattern)).flatMap(({ index, 0: whole, 1: body = "" }) =>
		random && !looksRandom(body) ? [] : [{ from: index, to: index + whole.length, kind }],
	);
}
