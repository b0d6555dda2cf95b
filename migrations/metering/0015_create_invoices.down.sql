DROP TABLE metering.invoice_lines;
DROP TABLE metering.invoices;
