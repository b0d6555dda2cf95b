DROP TABLE metering.outbox;
DROP TABLE metering.outbox_head;
