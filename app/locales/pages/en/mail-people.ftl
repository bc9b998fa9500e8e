mail-invitation-subject = Your account at { $shop }
mail-invitation-body =
    Hello { $name },

    there is an account for you at { $shop }. Open this link to choose a password. It works once, for three days:

    { $link }

    After that you log in with this e-mail address.

    { $shop }
mail-unnamed = without a name
mail-project-ready-subject = Your living photo is ready: { $project }
mail-project-ready-body =
    Hello { $name },

    your living photo is ready ({ $project }). Print the attached QR code beside the photo: whoever scans it and points the phone at the photo sees it come alive.

    Try it: { $link }
    Its page, with the code in other formats: { $page }

    { $shop }
mail-project-expires-subject = Your living photo ends soon: { $project }
mail-project-expires-body =
    Hello { $name },

    your living photo ({ $project }) works until { $ends }. On its page you can extend it, with the same QR code:

    { $page }

    { $shop }
