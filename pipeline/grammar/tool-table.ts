import * as z from "zod";
import { pathName, text } from "./file-leaves.ts";
import { keys } from "./strict-keys.ts";

/**
 * What a finding tells, strongest first. `security`: what a scanner found. `finding`: what a tool says about the code.
 * `network`: a host or registry could not be reached. `runner`: the machine failed. `wrapper`: a tool that ran another one
 * passes its failure on.
 */
export const FINDING_KINDS = ["security", "finding", "network", "runner", "wrapper"] as const;

const toolName = z
	.string()
	.regex(/^[a-z0-9][a-z0-9 ._:@/+-]{0,62}$/, "a tool's name is what people call it, in lower case")
	.describe("The tool's name, as people call it, in lower case.");

/** A text as it is printed, or a regex in slashes. */
const printed = z
	.string()
	.min(2, "a pattern this short is in every log")
	.describe("A text exactly as printed, or a /regex/ in RE2 syntax, matched within one line.");

const kind = z.enum(FINDING_KINDS);

export const field = keys(
	{
		title: text("The field's name for people."),
		words: z
			.array(text("A whole word, ignoring case, or a /regex/."))
			.default([])
			.describe("Words in the names of steps, jobs and workflows that mean this field."),
		files: z.array(text("A glob.")).default([]).describe("Changed files that belong to this field."),
		sources: z
			.array(text("A glob without a slash."))
			.default([])
			.describe("Files that a line of an error may name, such as `src/main.rs:12`; the type is `{field}_source`."),
		fix: text("The suggested approach where only such a file is known."),
	},
	"A field that an agent may take.",
);

const failure = keys(
	{
		type: pathName.describe("The failure type."),
		kind: kind.optional().describe("What its output tells, if it differs from the tool's `kind`."),
		prints: z.array(printed).default([]).describe("Output of a failing run, never of one that passes."),
		unless: z.array(printed).default([]).describe("It is not this failure if one of these is printed, too."),
		over: z.array(pathName).default([]).describe("Failure types of the same kind that it beats."),
		breaks_rest: z
			.boolean()
			.optional()
			.describe("Whether what tools print after it is what it broke, and no finding: the disk is full."),
		fix: text("The suggested approach, for the prompt."),
		samples: z.array(text("A path in the pack's folder.")).default([]).describe("Real output, one file each."),
	},
	"One way in which the tool fails; the first is assumed where it printed nothing known.",
);

export const tool = keys(
	{
		tool: toolName,
		field: pathName.describe("A key under `fields`."),
		programs: z
			.array(text("Leading words of a command."))
			.default([])
			.describe("The commands that run it, such as `cargo clippy`."),
		names: z
			.array(text("Words, ignoring case, or a /regex/."))
			.optional()
			.describe(
				"Words in names of steps and jobs that mean it; default: its own name and its programs of several words.",
			),
		files: z
			.array(text("A glob."))
			.optional()
			.describe(
				"Changed files that it alone reads. Where no name says how the field failed, and all of its changed files are these, the tool's first failure is assumed.",
			),
		kind: kind.default("finding").describe("What its output tells."),
		failures: z.array(failure).min(1, "needs at least one failure").describe("How it fails."),
	},
	"One tool: how it is run, what it prints when it fails, and what to do then.",
);
