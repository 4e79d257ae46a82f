-- The options of training, as users see them.
\t on
\a
\pset fieldsep ' | '
SELECT * FROM lstm_options();
