-- What a creation sent is needed until its end is known, and not after that.
UPDATE intent SET payload = '' WHERE state NOT IN ('planned', 'sent');
