import type { Scope } from "../expression/facts.ts";
import type { Pipeline } from "./load-pipeline.ts";
import { firstTrue } from "./rule-verdicts.ts";

/** What failed, as `$failure` says it, judged before the context is complete. The decision judges again. */
export async function preliminaryFailure(
	{ classify }: Pick<Pipeline, "classify">,
	scope: Scope,
): Promise<{ readonly type: string; readonly category: string } | undefined> {
	const { found } = await firstTrue(classify, scope);
	return found === undefined ? undefined : { type: found.type, category: found.category };
}
