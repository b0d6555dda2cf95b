DROP TABLE metering.untold_invoices;
DROP TABLE metering.invoice_lines;
DROP TABLE metering.invoices;
