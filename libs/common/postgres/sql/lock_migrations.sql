-- No parameters. Waits until no other session migrates; the key is "furnace" in ASCII.
SELECT pg_advisory_lock(x'6675726e616365'::bigint)
