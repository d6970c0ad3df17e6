import * as z from "zod";
import { expression } from "./file-leaves.ts";

const account = z.strictObject({
	login: expression("The login").optional(),
	type: expression("`User`, `Bot` or `Organization`").optional(),
});

/** The incident's fields that an event maps. The engine sets id, kind, event and delivery_id. */
export const incidentFields = z.strictObject({
	repository: expression("`owner/name`").optional(),
	installation_id: expression("The App installation's number").optional(),
	head_repository: expression(
		"The branch's repository: `owner/name`, or GitHub's object, whose null is a deleted fork",
	).optional(),
	branch: expression("The branch").optional(),
	default_branch: expression("The repository's default branch").optional(),
	head_sha: expression("The commit").optional(),
	run_id: expression("The run's id, digits as text").optional(),
	run_attempt: expression("The run's attempt, a number").optional(),
	workflow: z
		.strictObject({
			name: expression("The workflow's name").optional(),
			path: expression("The workflow's file").optional(),
		})
		.optional()
		.describe("The workflow."),
	job: expression("The job's name").optional(),
	jobs: expression("Names of all failed jobs, a list").optional(),
	failed_steps: expression("Names of the failed steps, a list").optional(),
	conclusion: expression("How it ended").optional(),
	url: expression("Link for people").optional(),
	commit_message: expression("The head commit's message").optional(),
	actor: account.optional().describe("Who made the run."),
	author: account.optional().describe("Author of the head commit."),
	sender: account.optional().describe("Who caused the delivery."),
	app: expression("Slug of the App that owns the check").optional(),
	pr_number: expression("The pull request's number").optional(),
	review_id: expression("The review's id, a number").optional(),
	alert: z
		.strictObject({
			type: expression("The alert's type").optional(),
			number: expression("The alert's number").optional(),
			severity: expression("The severity").optional(),
			package_name: expression("The package").optional(),
			cve_id: expression("CVE or GHSA id").optional(),
			description: expression("What it is about").optional(),
			manifest_path: expression("The manifest").optional(),
		})
		.optional()
		.describe("The security alert."),
	command: z
		.strictObject({
			name: expression("The command").optional(),
			args: expression("Its arguments").optional(),
			agent: expression("The requested agent").optional(),
			comment_id: expression("The comment's id, a number").optional(),
			allowed: expression("Whether the author may give commands without GitHub being asked, true or false").optional(),
			needs: expression("Repository permissions, one of which the author needs, a list").optional(),
			refused: expression("Why the command is refused whoever gave it, as a clause").optional(),
		})
		.optional()
		.describe("A command from a comment or a button."),
	evidence: expression("Text in the event itself").optional(),
	started_at: expression("When the run or check began, ISO 8601").optional(),
	occurred_at: expression("When, ISO 8601").optional(),
});

/** The fields of a lifecycle event, named like the incident's fields. */
export const signalFields = incidentFields.pick({
	alert: true,
	conclusion: true,
	repository: true,
	head_repository: true,
	branch: true,
	head_sha: true,
	run_id: true,
	run_attempt: true,
	workflow: true,
	app: true,
	job: true,
	failed_steps: true,
	pr_number: true,
	actor: true,
	sender: true,
	url: true,
	started_at: true,
	occurred_at: true,
});
