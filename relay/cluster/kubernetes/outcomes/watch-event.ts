import * as z from "zod";
import { readCodeRunObject, type SeenCodeRun } from "../coderun-object.ts";

/** One event of a watch. The next watch continues from `version`. */
export type WatchEvent =
	| { readonly kind: "seen" | "left"; readonly coderun: SeenCodeRun; readonly version: string }
	| { readonly kind: "bookmark"; readonly version: string }
	/** The server has dropped the requested version: 410 Gone, inside a 200 answer. */
	| { readonly kind: "expired" }
	| { readonly kind: "failed"; readonly why: string };

const bookmarkSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
const errorSchema = z.object({ code: z.number().optional(), message: z.string().optional() });

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes */
export function readWatchEvent(type: string, object: unknown): WatchEvent {
	switch (type) {
		case "ADDED":
		case "MODIFIED":
		case "DELETED":
			return readPush(type === "DELETED" ? "left" : "seen", object);
		case "BOOKMARK": {
			const bookmark = bookmarkSchema.safeParse(object);
			if (!bookmark.success) return { kind: "failed", why: "a bookmark without a version" };
			return { kind: "bookmark", version: bookmark.data.metadata.resourceVersion };
		}
		case "ERROR": {
			const { code, message } = errorSchema.safeParse(object).data ?? {};
			return code === 410 ? { kind: "expired" } : { kind: "failed", why: `${code ?? ""} ${message ?? ""}`.trim() };
		}
		default:
			return { kind: "failed", why: `an event of an unknown type: ${type.slice(0, 40)}` };
	}
}

function readPush(kind: "seen" | "left", object: unknown): WatchEvent {
	try {
		const coderun = readCodeRunObject(object);
		return { kind, coderun, version: coderun.resource_version };
	} catch (error) {
		if (error instanceof z.ZodError) return { kind: "failed", why: "an event that is not about a CodeRun" };
		throw error;
	}
}
