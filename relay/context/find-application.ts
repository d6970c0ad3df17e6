import type { Application } from "./application.ts";
import { shownLine } from "./shown.ts";

/** What an application is found by. All of it may come from an incident. */
export interface ApplicationSearch {
	/** `owner/name`. */
	readonly repository: string;
	/** Changed files. */
	readonly paths: readonly string[];
	readonly branch?: string | undefined;
}

/** The applications that deploy from a repository, the likeliest first. */
export interface FoundApplications {
	readonly likeliest: { readonly name: string; readonly namespace?: string | undefined } | undefined;
	/** One line each. */
	readonly lines: readonly string[];
}

const MAX_APPLICATIONS = 20;

/**
 * The applications that deploy from the repository. First comes the one whose path has the changed files (the longest such
 * path), then one that follows the branch, then one that is not healthy or not in sync.
 */
export function findApplications(all: readonly Application[], search: ApplicationSearch): FoundApplications {
	const found = all
		.flatMap((application) => candidateOf(application, search) ?? [])
		.toSorted(
			(a, b) => b.reach - a.reach || b.follows - a.follows || b.trouble - a.trouble || (a.name < b.name ? -1 : 1),
		);
	const more = found.length > MAX_APPLICATIONS ? [`and ${found.length - MAX_APPLICATIONS} more`] : [];
	return { likeliest: found[0], lines: [...found.slice(0, MAX_APPLICATIONS).map(({ line }) => line), ...more] };
}

function candidateOf({ metadata, spec, status }: Application, { repository, paths, branch }: ApplicationSearch) {
	const { name } = metadata ?? {};
	const sources = [...(spec?.source ? [spec.source] : []), ...(spec?.sources ?? [])];
	const own = sources.filter(({ repoURL }) => repoURL !== undefined && isSameRepository(repoURL, repository));
	if (name === undefined || own.length === 0) return undefined;
	const health = status.health?.status ?? "Unknown";
	const sync = status.sync?.status ?? "Unknown";
	const places = own.map(({ path = ".", targetRevision = "HEAD" }) => `${path} at ${targetRevision || "HEAD"}`);
	return {
		name,
		namespace: metadata?.namespace,
		reach: Math.max(...own.map(({ path = "" }) => reachOf(path, paths))),
		follows: own.some(({ targetRevision }) => branch !== undefined && targetRevision === branch) ? 1 : 0,
		trouble: Number(health !== "Healthy") + Number(sync !== "Synced"),
		line: shownLine(`${name}: ${health}, ${sync}, ${places.join(" and ")}`),
	};
}

/** `https://host/o/r.git`, `git@host:o/r` and `ssh://git@host/o/r` are the same; a mirror keeps the name on another host. */
function isSameRepository(url: string, repository: string): boolean {
	const [owner = "", name = ""] = url
		.trim()
		.replace(/\/+$/, "")
		.replace(/\.git$/, "")
		.split(/[/:]/)
		.slice(-2);
	return `${owner}/${name}`.toLowerCase() === repository.toLowerCase();
}

/** How long the path is that has one of the files; 0 if it has none. */
function reachOf(path: string, files: readonly string[]): number {
	const folder = path.replace(/^\.?\/+|\/+$/g, "").replace(/^\.$/, "");
	const has = folder === "" ? files.length > 0 : files.some((file) => file.startsWith(`${folder}/`));
	return has ? folder.length + 1 : 0;
}
