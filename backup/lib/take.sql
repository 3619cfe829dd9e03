-- Exports a snapshot, dumps the database as of it, and writes the figures as of it to the file :figures.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \gset
\setenv SNAPSHOT :snapshot
\! "$LIB/dump-at-snapshot.sh"
\o :figures
\ir figures.sql
\o
COMMIT;
