-- Streams: when the first event was told, when the last, and whether that one was a tombstone.
-- Null: by a release that didn't keep it.
ALTER TABLE streams ADD COLUMN told_at timestamptz, ADD COLUMN last_told_at timestamptz,
    ADD COLUMN tombstone boolean;
ALTER TABLE streams ALTER COLUMN told_at SET DEFAULT clock_timestamp(),
    ALTER COLUMN last_told_at SET DEFAULT clock_timestamp();

-- Canaries: a text sealed with each key from settings. Whoever can't open it has another key.
CREATE TABLE canaries (
    key text PRIMARY KEY,
    sealed bytea NOT NULL
);

-- Sealing: the form in which facts of persons are sealed; no row: as the first release did.
CREATE TABLE sealing (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    form integer NOT NULL
);
