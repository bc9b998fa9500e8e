days = { $days ->
    [one] { $days } день
    [few] { $days } дня
   *[many] { $days } дней
}
cancel = Отмена
retry = Попробовать ещё раз
undo = Вернуть
publish = Опубликовать
copy-link = Скопировать ссылку
copied = Скопировано
photo = Фото
video = Видео
replace-photo = Заменить фото
replace-video = Заменить видео
