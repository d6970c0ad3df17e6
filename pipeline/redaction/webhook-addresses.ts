import { patternRule } from "./pattern-rule.ts";
import type { RedactionRule } from "./secret-span.ts";

/** Addresses whose path is the secret: who knows it may post. */
export const WEBHOOK_RULES: readonly RedactionRule[] = [
	patternRule(
		"slack webhook",
		["hooks.slack"],
		/hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/(?<secret>[\w/-]{8,})/dg,
	),
	patternRule("discord webhook", ["/webhooks/"], /\/api\/(?:v\d{1,2}\/)?webhooks\/(?<secret>\d+\/[\w-]{8,})/dg),
	patternRule(
		"teams webhook",
		["webhookb2/", "outlook.office"],
		/(?:\/webhookb2\/|outlook\.office(?:365)?\.com\/webhook\/)(?<secret>[\w@/-]{20,})/dg,
	),
	patternRule("zapier webhook", ["hooks.zapier"], /hooks\.zapier\.com\/hooks\/catch\/(?<secret>[\w/-]{6,})/dg),
	patternRule(
		"make webhook",
		[".make.com/", "integromat.com/"],
		/hook\.[\w.]{0,20}(?:make|integromat)\.com\/(?<secret>\w{16,})/dg,
	),
	patternRule("ifttt webhook", ["maker.ifttt"], /maker\.ifttt\.com\/[\w/{}-]{0,200}\/key\/(?<secret>[\w-]{16,})/dg),
	patternRule(
		"pagerduty key",
		["pagerduty.com/"],
		/events\.(?:eu\.)?pagerduty\.com\/(?:integration|x-ere|v1\/integration)\/(?<secret>\w{16,})/dg,
	),
	patternRule("netlify hook", ["/build_hooks/"], /\/build_hooks\/(?<secret>[0-9a-f]{16,})/dg),
	patternRule("vercel hook", ["/integrations/deploy/"], /\/integrations\/deploy\/(?<secret>[\w/-]{16,})/dg),
	patternRule("chat webhook", ["/bot/v2/hook/"], /\/bot\/v2\/hook\/(?<secret>[\w-]{16,})/dg),
	patternRule("chat webhook", ["/hooks/"], /\/hooks\/(?<secret>[a-z0-9]{26})(?![\w-])/dg),
];
