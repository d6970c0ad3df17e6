-- Renames tables, columns and events to the terms of the documentation. Every row is kept. An older worker does not run on the
-- new names: migrate and deploy together.

ALTER TABLE incidents RENAME COLUMN waits_for TO blocked_on;
ALTER TABLE incidents RENAME COLUMN told_url TO escalation_url;
ALTER TABLE incidents RENAME COLUMN told_status TO escalation_status;
DROP INDEX incidents_told;
CREATE INDEX incidents_by_escalation_url ON incidents (escalation_url) WHERE escalation_url IS NOT NULL;

ALTER TABLE deliveries RENAME COLUMN told TO incident;
ALTER TABLE attempts RENAME COLUMN ci_said TO ci_summary;

-- Which incident it waits for is a column; the reason names it for people.
ALTER TABLE incidents ADD COLUMN blocked_by TEXT;
UPDATE incidents SET blocked_by = substr(reason, instr(reason, ' by incident ') + 13, 32)
WHERE status = 'waiting' AND reason LIKE 'claim % is held by incident %';
UPDATE incidents SET blocked_by = substr(reason, 17, 32)
WHERE status = 'waiting' AND reason LIKE 'behind incident %, which waits for %';

-- Whether a pause defers it is a column, and an event of its own, not a sentence.
ALTER TABLE incidents ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
UPDATE incidents SET paused = 1 WHERE status = 'waiting' AND reason = 'paused';
UPDATE transitions SET event = 'paused' WHERE event = 'held_back' AND reason = 'paused';
DROP INDEX transitions_paused;
CREATE INDEX transitions_paused ON transitions (incident_id) WHERE event = 'paused';

UPDATE transitions SET event = CASE event
	WHEN 'held_back' THEN 'deferred'
	WHEN 'agent_done' THEN 'agent_finished'
	WHEN 'went_green' THEN 'ci_passed'
	WHEN 'tried_again' THEN 'retry_scheduled'
	WHEN 'given_up' THEN 'abandoned'
	WHEN 'told' THEN 'notified'
END
WHERE event IN ('held_back', 'agent_done', 'went_green', 'tried_again', 'given_up', 'told');

-- The newest result of each check on each branch.
CREATE TABLE checks_renamed (
	repository TEXT NOT NULL COLLATE NOCASE,
	-- The repository of the branch: another one for a fork.
	head_repository TEXT NOT NULL COLLATE NOCASE,
	branch TEXT NOT NULL,
	-- `workflow:{name}`, `app:{slug}` or `status`.
	check_name TEXT NOT NULL,
	-- The job, check run or status context; empty for the check as a whole.
	job TEXT NOT NULL,
	conclusion TEXT NOT NULL CHECK (conclusion IN ('success', 'failure')),
	-- Sorts by when the runs started: see `positionOf`.
	position TEXT NOT NULL,
	head_sha TEXT,
	run_id TEXT,
	pr_number INTEGER,
	actor_login TEXT,
	actor_type TEXT,
	-- JSON: names of the failed steps.
	failed_steps TEXT,
	url TEXT,
	started_at INTEGER NOT NULL,
	received_at INTEGER NOT NULL,
	PRIMARY KEY (repository, branch, head_repository, check_name, job)
) STRICT, WITHOUT ROWID;
INSERT INTO checks_renamed
SELECT repository, head_repository, branch, check_name, job, CASE says WHEN 'green' THEN 'success' ELSE 'failure' END,
	position, head_sha, run_id, pr_number, actor_login, actor_type, failed_steps, url, started_at, received_at
FROM checks;
DROP TABLE checks;
ALTER TABLE checks_renamed RENAME TO checks;
CREATE INDEX checks_by_pull_request ON checks (repository, pr_number) WHERE pr_number IS NOT NULL;
CREATE INDEX checks_by_age ON checks (received_at);

-- Deliveries that GitHub failed to deliver.
CREATE TABLE failed_deliveries (
	-- Shared by all deliveries of one event.
	guid TEXT PRIMARY KEY,
	-- GitHub's number of one of its deliveries, as text: it does not fit into a JavaScript number.
	delivery_id TEXT NOT NULL,
	event TEXT NOT NULL,
	delivered_at INTEGER NOT NULL,
	-- pending: a redelivery will be requested; recovered: it arrived; lost: GitHub no longer has it, or refuses to send it;
	-- repeated: it was redelivered before Healer requested it.
	state TEXT NOT NULL CHECK (state IN ('pending', 'recovered', 'lost', 'repeated')),
	-- Redeliveries requested from GitHub, and when the next request is due.
	requests INTEGER NOT NULL DEFAULT 0,
	next_request_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO failed_deliveries
SELECT guid, delivery_id, event, delivered_at,
	CASE state WHEN 'wanted' THEN 'pending' WHEN 'arrived' THEN 'recovered' WHEN 'given_up' THEN 'lost' ELSE state END,
	asked, next_ask_at
FROM lost_deliveries;
DROP TABLE lost_deliveries;
CREATE INDEX failed_deliveries_pending ON failed_deliveries (next_request_at) WHERE state = 'pending';

ALTER TABLE delivery_look RENAME TO delivery_scan;
ALTER TABLE delivery_scan RENAME COLUMN seen_until TO scanned_until;
ALTER TABLE delivery_scan RENAME COLUMN looked_at TO scanned_at;

ALTER TABLE spawn_slots RENAME TO rate_limit_slots;
DROP INDEX spawn_slots_by_repository;
CREATE INDEX rate_limit_slots_by_repository ON rate_limit_slots (repository, taken_at);

ALTER TABLE pipeline_in_force RENAME TO active_pipeline;
-- Pushed pipelines get the keys of the current grammar. The quotes match only keys: inside a text they would be escaped.
UPDATE pipelines SET artefact = replace(replace(replace(replace(artefact,
	'"says":"green"', '"reports":"success"'), '"says":"red"', '"reports":"failure"'), '"says":"', '"reports":"'),
	'"of":{', '"about":{')
WHERE json_valid(artefact);

ALTER TABLE stickies RENAME TO status_comments;
ALTER TABLE status_comments RENAME COLUMN said TO last_command;
ALTER TABLE status_comments RENAME COLUMN wanted_at TO requested_at;
ALTER TABLE status_comments RENAME COLUMN wants TO revision;
ALTER TABLE status_comments RENAME COLUMN looked_at TO rendered_at;
DROP INDEX stickies_due;
CREATE INDEX status_comments_due ON status_comments (next_try_at) WHERE next_try_at IS NOT NULL;
DROP INDEX stickies_by_age;
CREATE INDEX status_comments_by_age ON status_comments (requested_at) WHERE next_try_at IS NULL;
UPDATE status_comments SET last_command = json_remove(
	json_set(last_command, '$.command_result', json_extract(last_command, '$.came_to')), '$.came_to'
)
WHERE json_valid(last_command) AND json_extract(last_command, '$.came_to') IS NOT NULL;
UPDATE commands SET result = json_remove(json_set(result, '$.message', json_extract(result, '$.said')), '$.said')
WHERE json_valid(result) AND json_extract(result, '$.said') IS NOT NULL;
