import { type AppState, checkAppToken } from "../app-state.ts";
import type { DescribedRequest, PlainAnswer } from "../description.ts";
import type { RepositoryState } from "../repository-state.ts";
import type { MockRoute } from "../routes.ts";
import { actionsAnswers } from "./actions-answers.ts";
import { appAnswers } from "./app-answers.ts";
import { type Asked, type AskedRepository, failure, notFound } from "./asked.ts";
import { codeAnswers } from "./code-answers.ts";
import { issueAnswers } from "./issue-answers.ts";

const repositoryAnswers = { ...actionsAnswers, ...codeAnswers, ...issueAnswers };
/** The caller, as proven by the request's Authorization. */
export type Asker =
	| { readonly kind: "app" }
	| { readonly kind: "installation"; readonly id: number }
	| { readonly kind: "nobody"; readonly message: string };

export async function askerOf(request: DescribedRequest, state: AppState): Promise<Asker> {
	const [, token = ""] = (request.headers.authorization ?? "").split(" ");
	if (token === "") return { kind: "nobody", message: "Requires authentication" };
	const installation = state.tokens.get(token);
	if (installation !== undefined) return { kind: "installation", id: installation };
	if (token.split(".").length !== 3) return { kind: "nobody", message: "Bad credentials" };
	const claim = await checkAppToken(token);
	return claim.ok ? { kind: "app" } : { kind: "nobody", message: claim.message };
}

/** Answers a request that the description allows, if the caller may see the object. */
export function answerRequest(route: MockRoute, asked: Asked, asker: Asker): PlainAnswer {
	if (asker.kind === "nobody") return failure(401, asker.message);
	if (isAppRoute(route)) {
		return asker.kind === "app" ? appAnswers[route](asked) : failure(401, "A JSON web token could not be decoded");
	}
	if (asker.kind === "app") return failure(403, "Resource not accessible by integration");
	const repository = repositoryOf(asked);
	if (repository === undefined || repository.installationId !== asker.id) return notFound();
	const inside: AskedRepository = { ...asked, repository };
	return repositoryAnswers[route](inside);
}

function isAppRoute(route: MockRoute): route is keyof typeof appAnswers {
	return route in appAnswers;
}

function repositoryOf({ state, parameters }: Asked): RepositoryState | undefined {
	return state.repositories.get(`${parameters.owner}/${parameters.repo}`.toLowerCase());
}
