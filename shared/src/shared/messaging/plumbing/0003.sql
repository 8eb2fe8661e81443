-- Days: PostgreSQL holds some that Python doesn't, before the year 1 and after 9999, and one of them
-- keeps all rows beside it from being read. Whatever adds a day to a table runs this again.
-- Each table is looked through, and held meanwhile: half a second for a million rows. A row that
-- is odd already has to be mended first; unseen it couldn't even be put off any more.
DO $$
DECLARE
    here record;
BEGIN
    PERFORM set_config('lock_timeout', '10s', true);  -- whoever comes after us waits behind us
    FOR here IN
        SELECT table_name, string_agg(
            format('(%I BETWEEN %L AND %L OR NOT isfinite(%1$I))', column_name, first, last),
            ' AND ' ORDER BY ordinal_position) AS held
        FROM information_schema.columns
        JOIN (VALUES ('date', '0001-01-01', '9999-12-31'),
                     ('timestamp with time zone',
                      '0001-01-01 00:00:00+00', '9999-12-31 23:59:59.999999+00')
             ) AS bounds (data_type, first, last) USING (data_type)
        WHERE table_schema = current_schema()
        GROUP BY table_name ORDER BY table_name
    LOOP
        EXECUTE format(
            'ALTER TABLE %1$I DROP CONSTRAINT IF EXISTS %2$I, ADD CONSTRAINT %2$I CHECK (%3$s)',
            here.table_name, here.table_name || '_days', here.held);
    END LOOP;
END $$;
