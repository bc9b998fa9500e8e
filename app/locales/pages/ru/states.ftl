project-status-draft = не опубликовано
project-status-queued = ждёт
project-status-compiling = обрабатывается
project-status-ready = опубликовано
project-status-failed = ошибка
project-status-expired = срок истёк
project-status-archived = убрано