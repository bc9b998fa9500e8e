copy-failed = Select and copy the link above
deed-extend = Keep it longer
deed-extend-doing = Extending…
deed-revive = Bring it back
deed-revive-doing = Bringing it back…
deed-retry-doing = Trying again…
deed-cancel-doing = Cancelling…
deed-trash = Remove this album
deed-trash-doing = Removing…
deed-trash-title = Remove this album?
deed-trash-text = Its link and the codes that are already printed show a kind page at once. The album goes to the trash: you can bring it back from this page, which then says until when.
deed-trash-yes = Remove it
deed-trash-no = Keep it
deed-purge = Delete for good
deed-purge-doing = Deleting…
deed-purge-title = Delete this album for good?
deed-purge-text = Its photos and videos are deleted at once. Its link and the codes that are already printed show a kind page for ever. This can't be undone.
deed-purge-no = Leave it in the trash
ends-in-hours = Less than { $hours } hours are left. After that its link shows a kind page.
ends-in-an-hour = Less than an hour is left. After that its link shows a kind page.
ends-now = Its time is over: its link shows a kind page any moment now.
moment = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }, { $clock }
