DROP INDEX runs_of_an_assistant;  -- nothing looks for runs by it, and every run pays for it twice
