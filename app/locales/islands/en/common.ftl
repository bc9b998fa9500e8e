days = { $days ->
    [one] { $days } day
   *[other] { $days } days
}
cancel = Cancel
retry = Try again
remove = Remove
undo = Undo
publish = Publish
copy-link = Copy the link
copied = Copied
photo = Photo
video = Video
replace-photo = Another photo
replace-video = Another video
