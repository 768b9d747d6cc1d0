-- A refused creation remembers what else it may rest on: rights, fields, choices. Rows from before do not know it.

ALTER TABLE parked ADD COLUMN circumstances TEXT;
