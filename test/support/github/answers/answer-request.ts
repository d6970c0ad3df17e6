import { type AppState, checkAppToken, type InstallationToken } from "../app-state.ts";
import type { DescribedRequest, PlainAnswer } from "../description.ts";
import type { RepositoryState } from "../repository-state.ts";
import type { MockRoute } from "../routes.ts";
import { actionsAnswers } from "./actions-answers.ts";
import { appAnswers, convertCode } from "./app-answers.ts";
import { type Asked, type AskedRepository, failure, notFound } from "./asked.ts";
import { codeAnswers } from "./code-answers.ts";
import { issueAnswers } from "./issue-answers.ts";

const repositoryAnswers = { ...actionsAnswers, ...codeAnswers, ...issueAnswers };
/** The caller, as proven by the request's Authorization. */
export type Asker =
	| { readonly kind: "app" }
	| { readonly kind: "installation"; readonly token: InstallationToken }
	| { readonly kind: "nobody"; readonly message: string };

export async function askerOf(request: DescribedRequest, state: AppState): Promise<Asker> {
	const [, token = ""] = (request.headers.authorization ?? "").split(" ");
	if (token === "") return { kind: "nobody", message: "Requires authentication" };
	const known = state.tokens.get(token);
	if (known !== undefined) return { kind: "installation", token: known };
	if (token.split(".").length !== 3) return { kind: "nobody", message: "Bad credentials" };
	const claim = await checkAppToken(token);
	return claim.ok ? { kind: "app" } : { kind: "nobody", message: claim.message };
}

/** Answers a request that the description allows, if the caller may see the object. */
export function answerRequest(route: MockRoute, asked: Asked, asker: Asker): PlainAnswer {
	// The code is the proof.
	if (route === "POST /app-manifests/{code}/conversions") return convertCode(asked);
	if (asker.kind === "nobody") return failure(401, asker.message);
	if (isAppRoute(route)) {
		return asker.kind === "app" ? appAnswers[route](asked) : failure(401, "A JSON web token could not be decoded");
	}
	if (asker.kind === "app") return failure(403, "Resource not accessible by integration");
	const repository = repositoryOf(asked);
	if (repository === undefined || repository.installationId !== asker.token.installation) return notFound();
	const { repositories } = asker.token;
	if (repositories?.includes(repository.fullName.toLowerCase().split("/")[1] ?? "") === false) return notFound();
	if (!isPermitted(route, asker.token)) return failure(403, "Resource not accessible by integration");
	const inside: AskedRepository = { ...asked, repository };
	return repositoryAnswers[route](inside);
}

function isAppRoute(route: MockRoute): route is keyof typeof appAnswers {
	return route in appAnswers;
}

function repositoryOf({ state, parameters }: Asked): RepositoryState | undefined {
	return state.repositories.get(`${parameters.owner}/${parameters.repo}`.toLowerCase());
}

/** Whether one of the permissions that GitHub names for the route is the token's: https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps */
function isPermitted(route: MockRoute, { permissions }: InstallationToken): boolean {
	const level = route.startsWith("GET ") ? "read" : "write";
	const any = PERMISSIONS.find(([pattern]) => pattern.test(route))?.[1] ?? ["metadata"];
	return any.some((name) => name === "metadata" || permissions[name] === "write" || permissions[name] === level);
}

const PERMISSIONS: readonly (readonly [pattern: RegExp, any: readonly string[]])[] = [
	[/\/actions\//, ["actions"]],
	[/\/check-runs/, ["checks"]],
	[/\/commits\/\{ref\}\/status$/, ["statuses"]],
	[/\/commits\/\{commit_sha\}\/pulls$|\/pulls/, ["pull_requests"]],
	[/\/commits\/|\/compare\/|\/branches\/|\/git\/|\/contents\//, ["contents"]],
	[/\/issues$|\/issues\/\{issue_number\}$/, ["issues"]],
	[/\/issues\//, ["issues", "pull_requests"]],
];
