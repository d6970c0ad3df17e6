-- Insights read which deliveries opened an incident again, without reading its timeline.
CREATE INDEX transitions_reopened ON transitions (incident_id) WHERE event = 'reopened';
