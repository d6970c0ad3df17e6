import type { Incident } from "./incident.ts";

/** What failed, for people: the workflow, check, alert or stage; and the job, package or words of the command within it. */
export function incidentTitle(incident: Incident): { readonly title: string; readonly part: string | null } {
	const { workflow, app, alert, command, job, event } = incident;
	if (command !== undefined) return { title: `/healer ${command.name ?? ""}`.trim(), part: command.args ?? null };
	if (alert !== undefined) {
		const part = [alert.package_name, alert.cve_id].filter((text) => text !== undefined).join(" ");
		return { title: `${alert.severity ?? ""} ${alert.type ?? event}`.trim(), part: part === "" ? null : part };
	}
	const title = workflow?.name ?? app ?? job ?? event;
	return { title, part: job === undefined || job === title ? null : job };
}
