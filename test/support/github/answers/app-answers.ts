import { APP_ID, APP_KEY } from "../app-state.ts";
import type { PlainAnswer } from "../description.ts";
import { samples } from "../samples.ts";
import { type Asked, failure, found, notFound, ok } from "./asked.ts";

/** The App's own endpoints. */
export const appAnswers = {
	"GET /app": ({ state }: Asked) => ok(state.app),
	"GET /app/installations": ({ state }: Asked) => ok(installations(state)),
	"GET /app/hook/deliveries": listDeliveries,
	"GET /app/hook/deliveries/{delivery_id}": ({ state, parameters }: Asked) =>
		found(state.deliveries.find(({ id }) => String(id) === parameters.delivery_id)),
	/** The server sends the delivery afterwards, as GitHub does. */
	"POST /app/hook/deliveries/{delivery_id}/attempts": ({ state, parameters }: Asked) =>
		state.deliveries.some(({ id }) => String(id) === parameters.delivery_id) ? ok({}, 202) : notFound(),
	"POST /app/installations/{installation_id}/access_tokens": makeToken,
	"GET /repos/{owner}/{repo}/installation": ({ state, parameters }: Asked) => {
		const repository = state.repositories.get(`${parameters.owner}/${parameters.repo}`.toLowerCase());
		return repository === undefined
			? notFound()
			: ok({
					...samples.installation({ id: repository.installationId, app_id: APP_ID, app_slug: "healer" }),
					permissions: state.granted,
				});
	},
};

/** Newest first. Only GitHub understands the cursor: the id of the last delivery on the previous page. */
function listDeliveries({ state, query, url, path }: Asked): PlainAnswer {
	const size = Number(query.get("per_page") ?? 30);
	const cursor = query.get("cursor");
	const newest = state.deliveries.toReversed();
	const from = cursor === null ? 0 : newest.findIndex(({ id }) => cursor === `v1_${id}`) + 1;
	const shown = newest.slice(from, from + size);
	const last = shown.at(-1);
	const next = new URLSearchParams({ per_page: String(size), cursor: `v1_${last?.id}` });
	const link = { link: `<${url}${path}?${next}>; rel="next"` };
	const items = shown.map(({ url: _url, request: _request, response: _response, ...item }) => item);
	return ok(items, 200, from + size < newest.length ? link : {});
}

/** GitHub refuses the whole token for one permission that is not granted, or one repository that the installation lacks. */
function makeToken({ state, parameters, body }: Asked): PlainAnswer {
	const installation = Number(parameters.installation_id);
	const own = [...state.repositories.values()].filter(({ installationId }) => installationId === installation);
	if (own.length === 0) return notFound();
	const permissions = (body.permissions ?? state.granted) as Readonly<Record<string, string>>;
	const isGranted = ([name, level]: readonly [string, string]) =>
		state.granted[name] === "write" || state.granted[name] === level;
	if (!Object.entries(permissions).every(isGranted)) {
		return failure(422, "The permissions requested are not granted to this installation.");
	}
	const repositories = (body.repositories as readonly string[] | undefined)?.map((name) => name.toLowerCase());
	const names = own.map(({ fullName }) => fullName.toLowerCase().split("/")[1]);
	if (repositories?.every((name) => names.includes(name)) === false) {
		return failure(
			422,
			"There is at least one repository that does not exist or is not accessible to the parent installation.",
		);
	}
	const expires_at = new Date(Date.now() + 3600 * 1000).toISOString();
	const token = state.makeToken({ installation, permissions, repositories });
	const repository_selection = repositories === undefined ? "all" : "selected";
	return ok({ token, expires_at, permissions, repository_selection }, 201);
}

function installations(state: Asked["state"]): readonly unknown[] {
	const ids = new Set([...state.repositories.values()].map(({ installationId }) => installationId));
	// For this list alone, GitHub's description says that an account is both a user and an enterprise.
	const account = { name: "5D Labs", slug: "5dlabs", created_at: "2020-01-01T00:00:00Z", updated_at: null };
	return [...ids].map((id) => {
		const installation = samples.installation({ id, app_id: APP_ID, app_slug: "healer" });
		return { ...installation, account: { ...installation.account, ...account } };
	});
}

/** GitHub shows the secrets of an App once: the code is used up. */
export function convertCode({ state, parameters }: Asked): PlainAnswer {
	if (!state.manifestCodes.delete(String(parameters.code))) return notFound();
	const secrets = {
		client_id: "Iv1.8a61f9b3a7aba766",
		client_secret: "the-client-secret",
		webhook_secret: "the-webhook-secret",
	};
	return ok({ ...state.app, html_url: "https://github.com/apps/healer", ...secrets, pem: APP_KEY.pkcs1 }, 201);
}
