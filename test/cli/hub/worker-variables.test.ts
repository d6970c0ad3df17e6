import path from "node:path";
import { expect, it } from "vitest";
import { workerVariables } from "../../../cli/hub/worker-variables.ts";
import { readOrMakeSecrets } from "../../../cli/state/secrets.ts";
import { emptyFolder } from "../pipeline-folder.ts";

it("hands the tokens with fewer rights on to the worker", async () => {
	const env = { HEALER_API_TOKEN: "all", HEALER_OPERATE_TOKENS: "new old", HEALER_SENSOR_TOKENS: " " };
	const secrets = await readOrMakeSecrets(env, path.join(emptyFolder(), "secrets.env"));
	const variables = workerVariables(env, secrets, { hub: "http://hub", relay: "http://relay" });
	expect(variables).toMatchObject({ HEALER_API_TOKEN: "all", HEALER_OPERATE_TOKENS: "new old" });
	expect(Object.keys(variables).filter((name) => /_TOKENS$/.test(name))).toEqual(["HEALER_OPERATE_TOKENS"]);
});
