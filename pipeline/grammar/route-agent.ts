import * as z from "zod";
import { AGENT_NAME } from "./file-leaves.ts";

const CHOICE_OR_NAME = new RegExp(`^\\$[\\s\\S]{1,10000}$|${AGENT_NAME.source}`);

export const routeAgent = z
	.string()
	.regex(
		CHOICE_OR_NAME,
		"an agent is a key under `agents`: lower-case letters, digits and -, at most 30 characters; or an expression that begins with $",
	)
	.describe(
		"An agent's name, a key under `agents`; or an expression (JSONata) that begins with $ and gives one, else the rule does not match.",
	);
