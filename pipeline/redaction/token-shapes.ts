import type { Finding } from "./finding.ts";
import { looksRandom } from "./looks-random.ts";

/**
 * Tokens that their issuer made knowable by a prefix: those that the rule set has no rule for, and a shorter form of
 * those that it has, because an excerpt may have cut them. `random`: what follows the prefix must look so, since the
 * prefix alone begins ordinary words as well.
 */
const SHAPES: readonly { readonly kind: string; readonly pattern: RegExp; readonly random?: boolean }[] = [
	{ kind: "github token", pattern: /\b(?:gh[oprsu]_|github_pat_)([A-Za-z0-9_.-]{6,})/g },
	{ kind: "gitlab token", pattern: /\b(?:gl(?:pat|ptt|dt|rt|cbt|soat|imt|agent|ft|oas|ffct)-|GR1348941)([\w.-]{8,})/g },
	{ kind: "npm token", pattern: /\bnpm_([A-Za-z0-9]{10,})/g, random: true },
	{ kind: "pypi token", pattern: /\bpypi-([\w-]{16,})/g, random: true },
	{
		kind: "registry token",
		pattern: /\b(?:rubygems_|cio|dckr_(?:pat|oat)_|oy2|AKCp)([A-Za-z0-9_-]{24,})/g,
		random: true,
	},
	{ kind: "aws access key id", pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)([A-Z2-7]{10,16})(?![A-Za-z0-9])/g },
	{ kind: "slack token", pattern: /\bxox[abceoprs](?:\.xox[bp])?-([\w-]{8,})/g },
	{ kind: "slack token", pattern: /\bxapp-\d-([\w-]{8,})/g },
	{ kind: "slack webhook", pattern: /hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/([\w/-]{8,})/g },
	{ kind: "discord webhook", pattern: /discord(?:app)?\.com\/api\/webhooks\/(\d+\/[\w-]{8,})/g },
	{ kind: "stripe key", pattern: /\b(?:[rs]k_(?:live|test)_|whsec_)([\w+/=]{8,})/g },
	{ kind: "sendgrid key", pattern: /\bSG\.([\w-]{10,}(?:\.[\w-]*)?)/g, random: true },
	{ kind: "google key", pattern: /\b(?:AIza|GOCSPX-|ya29\.|1\/\/0)([\w-]{16,})/g },
	{ kind: "digitalocean token", pattern: /\bdo[opr]_v1_([a-f0-9]{8,})/g },
	{ kind: "anthropic key", pattern: /\bsk-ant-([\w-]{10,})/g },
	{ kind: "openai key", pattern: /\bsk-(?:proj|svcacct|admin|or-v1)-([\w-]{10,})/g, random: true },
	{ kind: "openai key", pattern: /\bsk-([A-Za-z0-9]{20,})/g, random: true },
	{
		kind: "model provider key",
		pattern: /\b(?:hf_|gsk_|r8_|xai-|pplx-|nvapi-|fw_|csk-|jina_|tgp_v1_|AQ\.)([\w-]{20,})/g,
		random: true,
	},
	{ kind: "vault token", pattern: /\bhv[bsr]\.([\w-]{16,})/g },
	{ kind: "terraform token", pattern: /\b([A-Za-z0-9]{14})\.atlasv1\.([\w-]{10,})/g },
	{ kind: "twilio key", pattern: /\bSK([a-f0-9]{32})\b/g },
	{ kind: "mailgun key", pattern: /\bkey-([a-f0-9]{32})\b/g },
	{ kind: "telegram token", pattern: /\b\d{8,10}:(AA[\w-]{30,})/g },
	{ kind: "square token", pattern: /\b(?:sq0(?:atp|csp|idp)-|EAAA)([\w-]{22,})/g, random: true },
	{ kind: "atlassian token", pattern: /\b(?:AT[AC]TT3|ATBB)([\w=-]{16,})/g },
	{ kind: "grafana token", pattern: /\b(?:glsa_|glc_|eyJrIjoi)([\w+/=]{16,})/g },
	{
		kind: "service token",
		pattern:
			/\b(?:sntrys_|sntryu_|dp\.[a-z]{2,3}\.|pul-|tskey-|NRAK-|PMAK-|CCIPAT_|bkua_|dapi|figd_|lin_api_|ntn_|phc_|phx_|shp(?:at|ca|pa|ss)_|vc[acikpr]_|op[es]_|pat[A-Za-z0-9]{14}\.|cfut_|cfat_|v1\.0-|fio-u-|EZAK|EZTK|sbp_|rnd_|re_)([\w.+/=-]{20,})/g,
		random: true,
	},
	{ kind: "age key", pattern: /\bAGE-SECRET-KEY-1([A-Z0-9]{8,})/g },
	// A token's header says `{"alg`, `{"typ`, `{"kid`, `{"enc`: any cut of one is known by that.
	{ kind: "jwt", pattern: /\beyJ(?:hbGci|0eXAi|raWQi|lbmMi|jdHki|4NXQi|qa3Ui)([\w.-]{4,})/g },
	{ kind: "jwt", pattern: /\beyJ([\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*){0,3})/g },
];

/** Every token whose prefix says what it is. */
export function findTokenShapes(line: string): Finding[] {
	const found: Finding[] = [];
	for (const { kind, pattern, random } of SHAPES) {
		for (const { index, 0: whole, 1: body = "" } of line.matchAll(pattern)) {
			if (random && !looksRandom(body)) continue;
			found.push({ from: index, to: index + whole.length, kind });
		}
	}
	return found;
}
