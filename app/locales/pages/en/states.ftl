project-status-draft = not published
project-status-queued = waiting
project-status-compiling = being compiled
project-status-ready = published
project-status-failed = failed
project-status-expired = expired
project-status-archived = removed