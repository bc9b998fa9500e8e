days = { $days ->
    [one] { $days } day
   *[other] { $days } days
}
cancel = Cancel
retry = Try again
undo = Undo
publish = Publish
copy-link = Copy the link
copied = Copied
photo = Photo
video = Video
replace-photo = Replace photo
replace-video = Replace video
