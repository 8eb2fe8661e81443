-- Epochs: the lives of this database, the last one holds. A restored one begins a new one: what it
-- tells from then on has old numbers and may say other things.
CREATE TABLE IF NOT EXISTS epochs (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    epoch text NOT NULL UNIQUE,
    lineage text NOT NULL,  -- which database it was drawn in: in a copy of it another one holds
    because text NOT NULL,  -- first, server (another took over), copy, restore (a person said so)
    drawn_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT epochs_days CHECK (  -- as 0003 refuses days, in this table alone
        drawn_at BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00'
        OR NOT isfinite(drawn_at))
);

-- Streams: the id of the last event, and its number: a release that keeps none leaves both behind.
ALTER TABLE streams ADD COLUMN IF NOT EXISTS last_id uuid,
    ADD COLUMN IF NOT EXISTS last_id_version bigint;

-- Inbox: the epoch of the last event heard, and those heard before it.
ALTER TABLE inbox ADD COLUMN IF NOT EXISTS epoch text NOT NULL DEFAULT '',
    ADD COLUMN IF NOT EXISTS former text[] NOT NULL DEFAULT '{}';

-- Parked: the epoch of the record. Null: by a release that didn't keep it.
ALTER TABLE parked ADD COLUMN IF NOT EXISTS epoch text;
