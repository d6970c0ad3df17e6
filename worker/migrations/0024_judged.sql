-- What was red on the head when an agent was chosen: a remediation without a check of its own is judged by it. And when GitHub
-- was and is asked about the result of an attempt.
ALTER TABLE attempts ADD COLUMN red TEXT;
ALTER TABLE attempts ADD COLUMN results_asked_at INTEGER;
ALTER TABLE attempts ADD COLUMN ask_results_at INTEGER;
