DROP TABLE registry.furnace_models;
DROP TABLE registry.furnace_templates;
