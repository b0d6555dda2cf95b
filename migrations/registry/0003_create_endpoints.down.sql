DROP TABLE registry.endpoint_change_counter;
DROP TABLE registry.furnace_endpoints;
