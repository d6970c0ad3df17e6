-- What a person may have to be notified of: written in the transaction that makes it so, deleted once its targets are known.
CREATE TABLE notification_events (
  id TEXT NOT NULL PRIMARY KEY,
  event TEXT NOT NULL,
  incident_id TEXT,
  at INTEGER NOT NULL,
  attempt INTEGER,
  reason TEXT,
  subject TEXT
);
CREATE INDEX notification_events_by_time ON notification_events (at);

-- The outbox: one message to one target. Its id is the webhook-id, the same in every try.
CREATE TABLE notifications (
  id TEXT NOT NULL PRIMARY KEY,
  target TEXT NOT NULL,
  event TEXT NOT NULL,
  incident_id TEXT,
  message TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  next_try_at INTEGER,
  last_error TEXT,
  ended_at INTEGER
);
CREATE INDEX notifications_by_state ON notifications (state, target, created_at);
CREATE INDEX notifications_by_incident ON notifications (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX notifications_by_end ON notifications (ended_at) WHERE ended_at IS NOT NULL;

-- How each target fares: one that is away is tried again by itself, not once for each message.
CREATE TABLE notification_targets (
  name TEXT NOT NULL PRIMARY KEY,
  not_before INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  failing_since INTEGER,
  last_error TEXT,
  sent_at INTEGER
);
