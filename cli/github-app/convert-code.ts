import * as z from "zod";
import { explainNetworkError } from "../../relay/http/network-fault.ts";
import { messageOf } from "../../wire/message-of.ts";
import { fail, ok, type Result } from "../../wire/result.ts";

const createdSchema = z.object({
	id: z.number(),
	slug: z.string(),
	html_url: z.string(),
	webhook_secret: z.string().min(1),
	pem: z.string().min(1),
});

/** A GitHub App that was just created, with secrets that GitHub shows this once. */
export type CreatedApp = z.infer<typeof createdSchema>;

const WITHIN_MS = 30_000;

/** Exchanges the code of the manifest flow for the App; a code is valid once and for an hour. */
export async function convertCode(apiUrl: string, code: string): Promise<Result<CreatedApp>> {
	const url = `${apiUrl}/app-manifests/${encodeURIComponent(code)}/conversions`;
	try {
		const response = await fetch(url, {
			method: "POST",
			headers: { accept: "application/vnd.github+json", "user-agent": "healer" },
			redirect: "error",
			signal: AbortSignal.timeout(WITHIN_MS),
		});
		if (response.status !== 201) {
			await response.body?.cancel();
			return fail(`GitHub answered ${response.status} to the code: it is used up or older than an hour. Run it again.`);
		}
		const created = createdSchema.safeParse(await response.json());
		if (created.success) return ok(created.data);
		const missing = created.error.issues.map(({ path }) => path.join("."));
		return fail(
			`GitHub's answer lacks ${missing.join(", ")}. The App exists: generate its key and set its webhook secret by hand.`,
		);
	} catch (error) {
		return fail(`No answer from ${apiUrl} (${explainNetworkError(error, apiUrl) ?? messageOf(error)}). Run it again.`);
	}
}

/** The API of a GitHub: github.com, a host of ghe.com, or an Enterprise Server. */
export function apiOf(githubUrl: string): string {
	const { host, origin } = new URL(githubUrl);
	return host === "github.com" || host.endsWith(".ghe.com") ? `https://api.${host}` : `${origin}/api/v3`;
}
