-- What the page asks for: whether anything changed, and the incidents of one failure type.

CREATE INDEX incidents_by_change ON incidents (updated_at);
CREATE INDEX incidents_by_failure_type ON incidents (failure_type, created_at, id);
