CREATE TABLE IF NOT EXISTS previews (
    name text PRIMARY KEY,
    size bigint NOT NULL CHECK (size > 0),
    made timestamptz NOT NULL DEFAULT now()
);
