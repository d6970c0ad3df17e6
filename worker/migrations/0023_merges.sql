-- Whether the fix of a default or protected branch was merged, when, and what was done about one that was not.

-- The repository of the pull request's branch: a fork may have a branch named like ours. NULL: not known.
ALTER TABLE pull_requests ADD COLUMN head_repository TEXT;
-- When it was closed or merged, as GitHub says; NULL: not known, so `closed_at`, when that was learnt, counts.
ALTER TABLE pull_requests ADD COLUMN ended_at INTEGER;
CREATE INDEX pull_requests_by_branch ON pull_requests (repository, branch);

-- When GitHub was last asked about the pull request of the attempt's fix, and when it is asked next.
ALTER TABLE attempts ADD COLUMN merge_asked_at INTEGER;
ALTER TABLE attempts ADD COLUMN merge_ask_at INTEGER;
-- When people are reminded of that pull request, unless that is three days after it passed, and when they were.
ALTER TABLE attempts ADD COLUMN remind_at INTEGER;
ALTER TABLE attempts ADD COLUMN reminded_at INTEGER;

-- Which incident's timeline has a failure that came back while its fix was open.
CREATE INDEX transitions_failed_again ON transitions (reason, incident_id) WHERE event = 'failed_again';
