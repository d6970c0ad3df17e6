import { looksRandom } from "./looks-random.ts";
import { APART } from "./pattern-rule.ts";
import type { RedactionRule, SecretSpan } from "./secret-span.ts";

/**
 * What follows a prefix: an alphabet and the fewest characters. An excerpt may have cut a token, so these are fewer than
 * the issuer writes wherever the prefix alone is telling.
 */
interface Shape {
	readonly kind: string;
	readonly prefixes: readonly string[];
	/** A pattern of the body; its length and alphabet decide. */
	readonly body: string;
	/**
	 * The prefix also ends ordinary words, so nothing may stand before it that continues one; if a number, unless the
	 * body is that long.
	 */
	readonly apart?: true | number;
	/** The prefix and the alphabet also occur in names, so the body must look generated. */
	readonly random?: boolean;
}

const UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

function shape(kind: string, prefixes: string, body: string, options: Pick<Shape, "apart" | "random"> = {}): Shape {
	return { kind, prefixes: prefixes.split(" "), body, ...options };
}

const RANDOM = { random: true };
const IN_ITS_PLACE = { apart: true } as const;
const BOTH = { apart: true, random: true } as const;

/** Every token that its issuer's prefix identifies. The first that matches names the kind. */
export const SHAPES: readonly Shape[] = [
	shape("github token", "ghp_ gho_ ghu_ ghs_ ghr_", "[A-Za-z0-9_.-]{6,}"),
	shape("github token", "github_pat_", "[A-Za-z0-9_]{6,}"),
	shape(
		"gitlab token",
		"glpat- glptt- gldt- glrt- glrtr- glcbt- glsoat- glimt- glagent- glft- gloas- glffct- glwt-",
		"[\\w.-]{8,}",
	),
	shape("gitlab token", "GR1348941", "[\\w-]{8,}"),
	shape("npm token", "npm_", "[A-Za-z0-9]{10,}", RANDOM),
	shape("pypi token", "pypi-", "AgE[\\w-]*"),
	shape("rubygems token", "rubygems_", "[a-f0-9]{16,}"),
	shape("crates token", "cio", "[A-Za-z0-9]{32}(?![A-Za-z0-9])", BOTH),
	shape("docker token", "dckr_pat_ dckr_oat_", "[\\w-]{11,}"),
	shape("registry token", "oy2", "[a-z0-9]{24,}", BOTH),
	shape("registry token", "packagist_uut_ packagist_ort_", "[a-f0-9]{16,}"),
	shape("registry token", "CLOJARS_", "[a-f0-9]{16,}"),
	shape("jfrog token", "AKCp", "[A-Za-z0-9]{24,}", { apart: 60, random: true }),
	shape("jfrog token", "cmVmdGtu", "[A-Za-z0-9]{16,}", { apart: 56 }),
	shape("aws access key id", "AKIA ASIA ABIA ACCA AROA AIDA AGPA AIPA ANPA ANVA", "[A-Z2-7]{10,16}(?![A-Za-z0-9])", {
		apart: 16,
	}),
	shape("aws access key id", "A3T", "[A-Z0-9]{17}(?![A-Za-z0-9])", BOTH),
	shape("aws session token", "IQoJb3JpZ2lu FwoGZXIvYXdz FQoGZXIvYXdz", "[A-Za-z0-9+/=]{8,}"),
	shape("bedrock key", "ABSKQmVkcm9ja0", "[A-Za-z0-9+/=]{8,}"),
	shape("bedrock key", "bedrock-api-key-", "[A-Za-z0-9+/=_-]{8,}"),
	shape("slack token", "xoxe.xoxb- xoxe.xoxp-", "[\\w-]{8,}"),
	shape("slack token", "xoxa- xoxb- xoxc- xoxd- xoxe- xoxo- xoxp- xoxr- xoxs-", "[\\w%+/-]{8,}"),
	shape("slack token", "xapp-", "\\d-[\\w-]{8,}"),
	shape("stripe key", "sk_live_ sk_test_ rk_live_ rk_test_ sk_org_", "\\w{8,}"),
	shape("webhook secret", "whsec_", "[\\w+/=-]{8,}"),
	shape("sendgrid key", "SG.", "[\\w-]{10,}(?:\\.[\\w-]*)?", { apart: 60, random: true }),
	shape("google key", "AIza GOCSPX-", "[\\w-]{8,}", { apart: 28 }),
	shape("google key", "ya29.", "[\\w.-]{8,}", { apart: 40 }),
	shape("google key", "1//0", "[\\w-]{20,}", IN_ITS_PLACE),
	shape("digitalocean token", "dop_v1_ doo_v1_ dor_v1_", "[a-f0-9]{8,}"),
	shape("digitalocean key", "DO00", "[A-Z0-9]{16}(?![A-Za-z0-9])", BOTH),
	shape("anthropic key", "sk-ant-", "[\\w-]{10,}"),
	shape("openai key", "sk-proj- sk-svcacct- sk-admin- sk-None-", "[\\w-]{10,}", BOTH),
	shape("openrouter key", "sk-or-v1-", "[a-f0-9]{10,}"),
	shape("langfuse key", "sk-lf-", "[0-9a-f]{8}-[0-9a-f-]{4,}"),
	shape("openai key", "sk-", "[A-Za-z0-9]{20,}", BOTH),
	shape("deepseek key", "sk-", "[a-f0-9]{32}(?![A-Za-z0-9])", IN_ITS_PLACE),
	shape("hugging face token", "hf_ api_org_", "(?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z0-9]*[a-z])[A-Za-z0-9]{12,}", {
		apart: 34,
	}),
	shape("langsmith key", "lsv2_pt_ lsv2_sk_", "[a-f0-9]{8,}(?:_[a-f0-9]*)?"),
	shape("model provider key", "r8_ gsk_ xai- pplx- nvapi- fw_ csk- jina_ tgp_v1_ tvly- pcsk_", "[\\w-]{20,}", {
		apart: 40,
		random: true,
	}),
	shape("model provider key", "fc- sk_", "[a-f0-9]{32,48}(?![A-Za-z0-9])", IN_ITS_PLACE),
	shape("vault token", "hvs. hvb. hvr.", "[\\w-]{16,}"),
	shape("mailgun key", "key-", "[a-f0-9]{32}(?![A-Za-z0-9])", IN_ITS_PLACE),
	shape("square token", "sq0atp- sq0csp- sq0idp-", "[\\w-]{16,}"),
	shape("square token", "EAAA", "[\\w-]{40,}", { apart: 60, random: true }),
	shape("facebook token", "EAA", "[A-Za-z0-9]{60,}", BOTH),
	shape("atlassian token", "ATATT3 ATCTT3", "[\\w=-]{16,}"),
	shape("atlassian token", "ATBB", "[A-Za-z0-9]{16,}", { apart: 32, random: true }),
	shape("trello token", "ATTA", "[a-f0-9]{32,}", { apart: 64 }),
	shape("grafana token", "glsa_ glc_", "[\\w+/=]{16,}", { apart: 32 }),
	shape("grafana token", "eyJrIjoi", "[\\w+/=]{16,}"),
	shape("supabase key", "sbp_ sbp_oauth_ sbp_v0_", "[a-f0-9]{16,}"),
	shape("supabase key", "sb_secret_", "[\\w-]{8,}"),
	shape("buildkite token", "bkua_ bkaj_ bkac_ bkpi_ bkct_ bkpt_", "[a-f0-9]{16,}"),
	shape("postman key", "PMAK-", "[a-f0-9]{8,}(?:-[a-f0-9]*)?"),
	shape("postman key", "PMAT-", "[A-Z0-9]{16,}", RANDOM),
	shape("pulumi token", "pul-", "[a-f0-9]{40}(?![A-Za-z0-9])", IN_ITS_PLACE),
	shape("planetscale token", "pscale_tkn_ pscale_pw_ pscale_oauth_", "[\\w.=-]{8,}"),
	shape("linear key", "lin_api_ lin_oauth_ lin_wh_", "[A-Za-z0-9]{8,}"),
	shape("netlify token", "nfp_ nfc_ nfo_ nfu_ nfb_", "[A-Za-z0-9]{16,}", BOTH),
	shape("heroku key", "HRKU-", `(?:${UUID}|[\\w-]{16,})`),
	shape("fly token", "fo1_", "[\\w-]{16,}", { apart: 43, random: true }),
	shape("fly token", "fm1a_ fm1r_ fm2_", "[A-Za-z0-9+/=,_-]{16,}", { apart: 60 }),
	shape("sonar token", "sqp_ squ_ sqa_", "[a-f0-9]{16,}", { apart: 40 }),
	shape("airtable token", "pat", "[A-Za-z0-9]{14}\\.[a-f0-9]{8,}", { apart: 79 }),
	shape("notion token", "ntn_", "[A-Za-z0-9]{20,}", { apart: 46, random: true }),
	shape("notion token", "secret_", "[A-Za-z0-9]{43}(?![A-Za-z0-9])", BOTH),
	shape("dropbox token", "sl.", "(?:u\\.)?[\\w-]{60,}", { apart: 130 }),
	shape("render key", "rnd_", "[A-Za-z0-9]{20,}", { apart: 32, random: true }),
	shape("sentry token", "sntrys_", "[\\w+/=]{16,}"),
	shape("sentry token", "sntryu_ sntrya_ sntryi_", "[a-f0-9]{16,}"),
	shape("doppler token", "dp.pt. dp.ct. dp.sa. dp.st. dp.scim. dp.audit.", "[\\w.-]{20,}", { apart: 43 }),
	shape("tailscale key", "tskey-", "[\\w-]{16,}"),
	shape("new relic key", "NRAK- NRII- NRRA- NRJS- NRAL-", "[\\w-]{16,}"),
	shape("circleci token", "CCIPAT_ CCIPRJ_", "[A-Za-z0-9_]{16,}"),
	shape("databricks token", "dapi", "[a-f0-9]{32}(?:-\\d)?(?![A-Za-z0-9])", { apart: 32 }),
	shape("figma token", "figd_ figdr_ figu_ figur_", "[\\w-]{16,}"),
	shape("posthog key", "phc_ phx_ phs_", "[A-Za-z0-9]{20,}", { apart: 40, random: true }),
	shape("shopify token", "shpat_ shpca_ shppa_ shpss_ shptka_", "[A-Fa-f0-9]{16,}"),
	shape("vercel token", "vcp_ vci_ vca_ vcr_ vck_", "[A-Za-z0-9]{20,}", IN_ITS_PLACE),
	shape("vercel token", "vercel_blob_rw_", "\\w{16,}"),
	shape("1password token", "ops_ey", "[\\w+/=-]{16,}"),
	shape("1password secret key", "A3-", "[A-Z0-9]{6}-(?:[A-Z0-9]{5,11}-){2,5}[A-Z0-9]{5}", IN_ITS_PLACE),
	shape("cloudflare key", "cfut_ cfat_ cfk_", "[A-Za-z0-9_-]{20,}", IN_ITS_PLACE),
	shape("cloudflare key", "v1.0-", "[a-f0-9]{24}-[a-f0-9]{16,}", { apart: 170 }),
	shape("adafruit key", "aio_", "[A-Za-z0-9]{28}(?![A-Za-z0-9])", BOTH),
	shape("adobe key", "p8e-", "[A-Za-z0-9_-]{32}", BOTH),
	shape("alibaba access key", "LTAI", "[A-Za-z0-9]{12,}", IN_ITS_PLACE),
	shape("tencent access key", "AKID", "[A-Za-z0-9]{13,40}(?![A-Za-z0-9])", BOTH),
	shape("age key", "AGE-SECRET-KEY-1", "[A-Z0-9]{8,}"),
	shape("brevo key", "xkeysib- xsmtpsib-", "[a-f0-9]{16,}(?:-[A-Za-z0-9]*)?"),
	shape("contentful token", "CFPAT-", "[\\w-]{20,}"),
	shape("duffel token", "duffel_live_ duffel_test_", "[\\w=-]{16,}"),
	shape("dynatrace token", "dt0c01. dt0s01. dt0s02. dt0s16.", "[A-Z0-9]{8,}(?:\\.[A-Z0-9]*)?"),
	shape("easypost key", "EZAK EZTK", "[A-Za-z0-9]{40,}", { apart: 54, random: true }),
	shape("frameio token", "fio-u-", "[\\w=-]{20,}"),
	shape("flutterwave key", "FLWSECK- FLWSECK_TEST-", "[A-Za-z0-9]{12,}(?:-X)?"),
	shape("honeycomb key", "hcaik_ hcamk_ hcxik_ hcxmk_ hcbik_", "[a-z0-9]{16,}"),
	shape("hubspot token", "pat-na1- pat-eu1- pat-na2-", UUID),
	shape("infracost key", "ico-", "[A-Za-z0-9]{32}(?![A-Za-z0-9])", BOTH),
	shape("launchdarkly key", "sdk- api- mob-", UUID, IN_ITS_PLACE),
	shape("mapbox token", "sk.eyJ", "[\\w.-]{16,}", { apart: 60 }),
	shape("neon key", "napi_", "[a-z0-9]{40,}", { apart: 64, random: true }),
	shape("plaid token", "access-production- access-sandbox- access-development-", UUID),
	shape("prefect key", "pnu_ pnb_", "[A-Za-z0-9]{20,}", { apart: 36, random: true }),
	shape("readme key", "rdme_", "[a-z0-9]{30,}", RANDOM),
	shape("resend key", "re_", "[A-Za-z0-9]{8}_[A-Za-z0-9]{16,}", BOTH),
	shape("segment token", "sgp_", "[A-Za-z0-9]{40,}", { apart: 64, random: true }),
	shape("shippo token", "shippo_live_ shippo_test_", "[a-f0-9]{16,}"),
	shape("typeform token", "tfp_", "[\\w-]{30,}", { apart: 44, random: true }),
	shape("yandex key", "AQVN", "[\\w-]{30,}", { apart: 35, random: true }),
	shape("deno token", "ddp_ ddo_", "[A-Za-z0-9]{30,}", BOTH),
	shape("scaleway key", "SCW", "[A-Z0-9]{17}(?![A-Za-z0-9])", BOTH),
	shape("intercom token", "dG9rO", "[A-Za-z0-9+/=]{30,}", IN_ITS_PLACE),
	shape("lob key", "live_ test_", "[a-f0-9]{35}(?![A-Za-z0-9])", IN_ITS_PLACE),
	// A token's header begins with `{"alg`, `{"typ`, `{"kid` or similar, so any cut token is still recognised.
	shape(
		"jwt",
		"eyJ",
		"(?:(?:hbGci|0eXAi|raWQi|lbmMi|jdHki|4NXQi|qa3Ui)[\\w.-]{4,}|[\\w-]{8,2000}\\.[\\w-]{8,}(?:\\.[\\w-]*){0,3})",
	),
];

/** Tokens that their issuer's prefix identifies. */
export const TOKEN_SHAPE_RULES: readonly RedactionRule[] = SHAPES.map((known) => {
	const anyPrefix = known.prefixes.map((prefix) => prefix.replaceAll(".", "\\.")).join("|");
	const pattern = new RegExp(`(?:${anyPrefix})(${known.body})`, "g");
	return {
		literals: known.prefixes.map((prefix) => prefix.toLowerCase()),
		find: (line) => findShape(line, pattern, known),
	};
});

function findShape(line: string, pattern: RegExp, { kind, apart = 0, random = false }: Shape): readonly SecretSpan[] {
	const found: SecretSpan[] = [];
	pattern.lastIndex = 0;
	for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
		const { index, 0: whole, 1: body = "" } = match;
		const isLong = apart !== true && body.length >= apart;
		if (!isLong && !beginsApart(line, index)) {
			// A token may begin inside what was rejected. To look for it in a long one would take quadratic time.
			if (whole.length < LONGEST_REREAD) pattern.lastIndex = index + 1;
		} else if (!random || looksRandom(body)) found.push({ from: index, to: index + whole.length, kind });
	}
	return found;
}

const LONGEST_REREAD = 200;

function beginsApart(line: string, at: number): boolean {
	BEGINNING.lastIndex = at;
	return BEGINNING.test(line);
}

const BEGINNING = new RegExp(APART, "y");
