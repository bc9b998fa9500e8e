project-status-draft = չհրապարակված
project-status-queued = սպասում է
project-status-compiling = մշակվում է
project-status-ready = հրապարակված
project-status-failed = սխալ
project-status-expired = ժամկետն անցել է
project-status-archived = հեռացված