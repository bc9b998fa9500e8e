shop-title = Магазин
shop-empty = Сейчас в продаже ничего нет. Загляните чуть позже.
shop-back = Назад в магазин
shop-sold-out = Распродано
shop-no-price = В этой валюте цены пока нет; выберите другую.
shop-days = { $days ->
    [one] Изготовим за { $days } день
    [few] Изготовим за { $days } дня
   *[other] Изготовим за { $days } дней
}
shop-currency = Валюта
shop-order = Заказ
shop-guest = Заказать можно и без регистрации.
shop-quantity = Количество
shop-with-ar = С живым фото (+ { $price } за штуку)
shop-photo = Одно из моих живых фото
shop-photo-none = Не прикладывать
shop-album = Ссылка на живое фото
shop-album-hint = Если оно уже готово. Сделать его можно и позже.
shop-album-unknown = Такого живого фото нет, или оно чужое.
shop-needs-ar = Для этого отметьте «С живым фото».
shop-address = Адрес
shop-message = Что нам ещё нужно знать
shop-show-total = Показать сумму
shop-place = Заказать, оплата позже
shop-unit = За штуку
shop-ar = живое фото
shop-total = Итого
shop-total-changed = Сумма за это время изменилась. Проверьте её, пожалуйста.
shop-order-title = Заказ { $number }
shop-order-placed = Оформлен
shop-order-tracking = Трек-номер
shop-order-reason = Причина отмены
shop-order-no-photo = К этому заказу живое фото пока не приложено.
shop-item = Товар
shop-sum = Сумма
shop-more = В магазин
shop-code-of = QR-код: { $name }
said-ordered = Спасибо! Заказ принят. Мы также отправили вам письмо.
mine-pages = Мой кабинет
mine-orders = Мои заказы
mine-no-orders = Вы пока ничего не заказывали.
mine-photos = Мои живые фото
mine-no-photos = У вас пока нет живых фото.
mine-scans = { $scans ->
    [one] Сканировали { $scans } раз
    [few] Сканировали { $scans } раза
   *[other] Сканировали { $scans } раз
}
mine-until = до
mine-unclaimed = Эти живые фото сделаны в этом браузере до входа:
mine-claim = Они мои
mine-data = Мои данные
mine-copy = Копия моих данных
mine-copy-lead = Всё, что мы о вас храним, одним файлом.
mine-erase = Удалить мою учётную запись
mine-password-wrong = Пароль неверный.
said-claimed = Теперь они ваши.
