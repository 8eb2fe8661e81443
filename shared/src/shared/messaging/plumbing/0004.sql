-- Epochs: the lives of this database, the last one holds. A restored one begins a new one: what it
-- tells from then on has old numbers and may say other things.
CREATE TABLE epochs (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    epoch text NOT NULL UNIQUE,
    lineage text NOT NULL,  -- which database it was drawn in: in a copy of it another one holds
    because text NOT NULL,  -- first, server (another took over), copy, restore (a person said so)
    drawn_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Streams: the id of the last event, and its number: a release that keeps none leaves both behind.
ALTER TABLE streams ADD COLUMN last_id uuid, ADD COLUMN last_id_version bigint;

-- Inbox: the epoch of the last event heard, and those heard before it.
ALTER TABLE inbox ADD COLUMN epoch text NOT NULL DEFAULT '',
    ADD COLUMN former text[] NOT NULL DEFAULT '{}';

-- Parked: the epoch of the record. Null: by a release that didn't keep it.
ALTER TABLE parked ADD COLUMN epoch text;
