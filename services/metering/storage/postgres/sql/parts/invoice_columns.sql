-- What InvoiceIn reads, from invoices AS i.
i.id, i.project_id, i.number, i.period_start_us, i.period_end_us, i.last_transaction, i.open_from,
encode(i.ledger_hash, 'hex'), i.made_us, i.issuer, i.charges_nanos, i.adjustments_nanos,
i.total_nanos, i.due_cents
