import { isGitHubSource } from "../../context.ts";
import { seconds } from "../../grammar/duration.ts";
import type { ValidPart } from "../scopes/valid-part.ts";
import { byName, each } from "../scopes/written-expressions.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import type { Path, YamlSource } from "../yaml/yaml-source.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const TEN_YEARS = 3650 * DAY;

/** Durations outside their limits. */
export function limitDiagnostics(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	const between = (path: Path, written: string | undefined, least: number, most: number, why: string): Diagnostic[] => {
		const length = written === undefined ? undefined : seconds(written);
		return length === undefined || (length >= least && length <= most)
			? []
			: [source.at(path, `\`${written}\`: ${why}.`)];
	};
	return [
		...between(["settings", "settle"], file.settings?.settle, 0, HOUR, "an incident waits at most 1h"),
		...between(
			["settings", "retention", "incidents"],
			file.settings?.retention?.incidents,
			30 * DAY,
			TEN_YEARS,
			"incidents are kept for at least 30d, to recognise their late deliveries, and at most 3650d",
		),
		...(["prompts", "ignored"] as const).flatMap((name) =>
			between(
				["settings", "retention", name],
				file.settings?.retention?.[name],
				DAY,
				TEN_YEARS,
				"it is kept for at least 1d and at most 3650d",
			),
		),
		...each(file.dedup).flatMap(([index, { ttl }]) =>
			between(
				["dedup", index, "ttl"],
				ttl,
				60,
				30 * DAY,
				"a claim holds at least 60s, the minimum of KV, and at most 30d",
			),
		),
		...byName(file.context).flatMap(([name, { from, timeout }]) => {
			const path = ["context", name, "timeout"];
			return from === undefined || isGitHubSource(from)
				? between(path, timeout, 1, 600, "a source has at least 1s and at most 10m")
				: between(path, timeout, 1, 60, "a source in the cluster has at least 1s and at most 1m");
		}),
		...between(["outcome", "pause"], file.outcome?.pause, 0, DAY, "a pause is at most 1d"),
		...between(["outcome", "ci_deadline"], file.outcome?.ci_deadline, 60, 7 * DAY, "CI has at least 1m and at most 7d"),
		...between(
			["outcome", "deadline"],
			file.outcome?.deadline,
			60,
			7 * DAY,
			"an attempt has at least 1m and at most 7d",
		),
	];
}
