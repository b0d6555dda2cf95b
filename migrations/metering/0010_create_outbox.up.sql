-- The order in which usage was recorded: what sinks go by. Each row is the records of one
-- transaction, numbered first_seq to last_seq, without gaps over all rows. Whoever adds
-- some holds the row of outbox_head until the commit, so that numbers become visible in
-- their order and who reads on from the last one misses none.
CREATE TABLE metering.outbox_head (
  single   boolean PRIMARY KEY DEFAULT true CHECK (single),
  last_seq bigint NOT NULL CHECK (last_seq >= 0)
) WITH (fillfactor = 10);

CREATE TABLE metering.outbox (
  last_seq  bigint PRIMARY KEY,
  first_seq bigint NOT NULL CHECK (first_seq >= 1),
  job_ids   uuid[] NOT NULL,
  epochs    int[] NOT NULL,
  CONSTRAINT numbers_are_of_records CHECK (
    last_seq - first_seq + 1 = cardinality(job_ids) AND cardinality(job_ids) = cardinality(epochs))
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON metering.outbox
  FOR EACH STATEMENT EXECUTE FUNCTION metering.refuse_change();

-- What was recorded before there was an outbox, in its likely order.
WITH numbered AS (
  SELECT job_id, epoch, row_number() OVER (ORDER BY recorded_at, job_id, epoch) AS seq
  FROM metering.usage_records
)
INSERT INTO metering.outbox (last_seq, first_seq, job_ids, epochs)
SELECT max(seq), min(seq), array_agg(job_id ORDER BY seq), array_agg(epoch ORDER BY seq)
FROM numbered
GROUP BY (seq - 1) / 1000;

INSERT INTO metering.outbox_head (last_seq)
SELECT coalesce(max(last_seq), 0) FROM metering.outbox;
