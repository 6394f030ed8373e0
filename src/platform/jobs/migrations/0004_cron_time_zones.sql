ALTER TABLE job_crons ADD COLUMN timezone text;  -- whose clock it goes by; NULL: UTC
