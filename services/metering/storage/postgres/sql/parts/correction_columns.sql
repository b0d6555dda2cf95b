-- What CorrectionsIn reads, from corrections AS c and ledger_transactions AS t.
c.project_id, c.id, c.transaction, c.job_id, c.epoch, c.endpoint_id, c.gpu_type, c.amount_atto,
c.note, c.reference, t.recorded_us
