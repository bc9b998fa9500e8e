mail-password-subject = Set a new password
mail-password-body =
    Hello { $name },

    open this link to set a new password. It works once, for one hour:

    { $link }

    If you did not ask for it, you need do nothing.

    { $shop }
