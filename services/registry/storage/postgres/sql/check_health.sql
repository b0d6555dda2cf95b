-- No parameters. Fails when the database does not answer.
SELECT 1
