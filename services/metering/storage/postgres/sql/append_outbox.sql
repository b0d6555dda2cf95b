-- Gives the records that this transaction has added the next numbers of the outbox. Until
-- the commit, which follows without delay, nobody else gets any.
--
-- $1 job_id[], $2 epoch[] (of the same length, at least 1)
WITH head AS (
  UPDATE metering.outbox_head SET last_seq = last_seq + cardinality($1::uuid[])
  RETURNING last_seq
)
INSERT INTO metering.outbox (last_seq, first_seq, job_ids, epochs)
SELECT last_seq, last_seq - cardinality($1::uuid[]) + 1, $1::uuid[], $2::int[]
FROM head
