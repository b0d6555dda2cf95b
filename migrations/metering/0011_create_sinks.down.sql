DROP TABLE metering.sink_poisoned;
DROP TABLE metering.sink_held;
DROP TABLE metering.sink_projects;
DROP TABLE metering.sinks;
