-- Streams: how many events this service has told about each aggregate.
CREATE TABLE streams (
    topic text NOT NULL,
    key text NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (topic, key)
);

-- Outbox: what is told and not yet on its topic. The relay reads by position.
CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    key text NOT NULL,
    version bigint NOT NULL,
    headers jsonb NOT NULL,
    payload bytea,
    told_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Inbox: the last event heard of each stream. The id shows a topic that was forked.
CREATE TABLE inbox (
    topic text NOT NULL,
    key text NOT NULL,
    version bigint NOT NULL,
    id uuid,
    PRIMARY KEY (topic, key)
);

-- Parked: records that wait, for another record or for a person. Without an envelope, no key.
CREATE TABLE parked (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    record_key bytea,
    key text,
    version bigint,
    reason text NOT NULL,
    detail text NOT NULL DEFAULT '',
    headers bytea NOT NULL,
    payload bytea,
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    retry_at timestamptz,
    UNIQUE (topic, key, version)
);
CREATE UNIQUE INDEX parked_without_stream ON parked (topic, partition, "offset") WHERE key IS NULL;
CREATE INDEX parked_to_retry ON parked (retry_at) WHERE retry_at IS NOT NULL;

-- Settlements: what people decided about parked records, and why.
CREATE TABLE settlements (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    act text NOT NULL,
    topic text NOT NULL,
    partition integer,
    "offset" bigint,
    key text,
    version bigint,
    actor text NOT NULL,
    ground text NOT NULL
);

-- Answers: what a call with an Idempotency-Key was answered, for 48 hours.
CREATE TABLE answers (
    caller text NOT NULL,
    key text NOT NULL,
    route text NOT NULL,
    hash bytea NOT NULL,
    status integer,
    etag text,
    body bytea,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (caller, key)
);
CREATE INDEX answers_by_age ON answers (at);

-- Clock: the day, where somebody sets it by hand.
CREATE TABLE clock (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    today date NOT NULL
);
