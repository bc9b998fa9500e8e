settings-shop-name = Name of the shop
settings-shop-hint = It stands in mails and on job sheets.
settings-contact-email = E-mail for customers
settings-email-hint = Answers to our mails arrive there. May stay empty.
settings-contact-phone = Phone for customers
settings-zone = Time zone
settings-language = Language where nothing else says it
settings-ar-price = Price of a living photo
settings-ar-hint = It is added to the price of each piece; orders that were placed keep theirs.
settings-ar-currency = Currency of that price
settings-warn-hours = Hours before a trial ends at which its owner is told
settings-warn-hint = 0 to 720; with 0 nobody is told.
settings-changed-meanwhile = Somebody else has changed the settings meanwhile. What you entered is still here: compare it, then save again.
settings-started = Chosen at the start
settings-started-lead = Whoever runs the server chooses these when it is started.
settings-public-url = Address in printed codes
settings-outlet = Mails go
settings-outlet-smtp = to a mail server
settings-outlet-folder = into a folder; nobody gets them
settings-outlet-log = into the log; nobody gets them
settings-mail-from = Mails are from
settings-database = Database
settings-database-sqlite = SQLite, a file in the data folder
settings-database-postgres = PostgreSQL
settings-storage = Files
settings-storage-folder = a folder
settings-storage-bucket = an object store
settings-trial = A trial works
settings-no-trials = There are no trials: every living photo is permanent.
settings-trash = What was removed can be brought back for
settings-hours = { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
}
