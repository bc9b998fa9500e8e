order-number = Номер
order-customer = Покупатель
order-total = Сумма
order-base = Базовая валюта
order-base-total = В базовой валюте
order-rate = Курс
order-date = Дата
order-from = С
order-to = По
order-search = Номер, имя, телефон или почта
order-export = Скачать CSV
orders-empty = Заказов пока нет. Здесь появятся заказы покупателей; заказ можно ввести и самим.
order-new = Новый заказ
order-choose = Выбрать заказ { $number }
order-choose-status = Выберите
order-move-several = Изменить состояние выбранных заказов
order-move-to = Новое состояние
order-move = Изменить
order-reason = Причина
order-reason-when = Нужна для отмены заказов.
order-none-ticked = Отметьте хотя бы один заказ.
order-moved = { $count ->
    [one] Изменён { $count } заказ.
    [few] Изменено { $count } заказа.
   *[other] Изменено { $count } заказов.
}
order-not-moved = Не изменены, так как их состояние этого не допускает: { $numbers }.
order-title = Заказ { $number }
order-all = Все заказы
order-sheet = Лист задания
order-way = Следующий шаг
order-to-processing = Взять в производство
order-to-shipped = Отметить отправленным
order-to-delivered = Отметить доставленным
order-to-cancelled = Отменить заказ
order-cancel-question = Отменённый заказ нельзя возобновить. Взятое со склада вернётся на склад.
order-cancel-yes = Да, отменить
order-tracking = Номер для отслеживания
order-items = Состав
order-item = Позиция
order-sku = Артикул
order-quantity = Количество
order-unit = Цена за штуку
order-piece = За штуку со всем
order-ar = Живое фото
order-with-ar = С живым фото
order-no-ar = без
order-sum = Сумма
order-none = нет
order-phone = Телефон
order-address = Адрес
order-language = Язык
order-currency = Валюта
order-message = Сообщение
order-origin = Оформлен
order-notes = Заметки сотрудников
order-notes-label = Покупатели их не видят
order-no-projects = К этому заказу ещё не относится ни одно живое фото.
order-view = Посмотреть как на телефоне
order-attach = Прикрепить
order-attach-id = Идентификатор или ссылка живого фото
order-attach-hint = Скопируйте со страницы живого фото.
order-detach = Открепить
order-detach-one = Открепить { $name }
order-timeline = История
order-did-create = Заказ оформлен.
order-did-status = { $from } → { $to }
order-did-notes = Заметки изменены.
order-did-tracking = Номер для отслеживания: { $from } → { $to }
order-did-attach = Прикреплено живое фото { $project }.
order-did-detach = Откреплено живое фото { $project }.
order-did-other = Изменение: { $action }
order-mails = Письма
order-no-mails = По этому заказу писем не было.
order-sheet-title = Лист задания, заказ { $number }
order-sheet-shop = Магазин
order-production = Срок изготовления
order-due = Готово к
order-code-of = QR-код: { $name }
order-back = К заказу
order-print-hint = Распечатайте страницу из браузера; меню на бумагу не попадёт.
order-for = Для
order-line = Строка { $number }
order-product = Товар
order-no-product = Ничего
order-email-hint = Туда придут письма о заказе; оставьте пустым, если их не нужно.
order-recalculate = Пересчитать
order-quote = Сколько это стоит сейчас
order-place = Оформить заказ
said-order-moved = Состояние заказа изменено.
said-order-attached = Живое фото прикреплено к заказу.
said-order-detached = Живое фото откреплено от заказа.
said-order-placed = Заказ оформлен.
order-status-pending = новый
order-status-processing = в производстве
order-status-shipped = отправлен
order-status-delivered = доставлен
order-status-cancelled = отменён
order-origin-web = покупателем
order-origin-staff = сотрудником
order-refused-order-empty = Выберите хотя бы один товар.
order-refused-order-too-long = В заказе не больше 50 строк.
order-refused-quantity-out-of-range = Количество — от 1 до 999.
order-refused-product-unavailable = Один из товаров больше не продаётся; выберите другой.
order-refused-stock-too-low = Столько штук не осталось. Возьмите меньше или выберите другой товар.
order-refused-currency-unavailable = В этой валюте цены не указаны; выберите другую.
order-refused-rate-missing = Для этой валюты ещё нет курса; выберите другую.
order-refused-total-too-large = Сумма слишком велика для одного заказа; разделите его на несколько.
order-refused-project-unavailable = Такого живого фото нет, или оно относится к другому заказу.
order-refused-transition-not-allowed = Из текущего состояния заказ туда перевести нельзя. Возможно, кто-то уже изменил его.
order-refused-reason-required = Укажите причину отмены.
order-refused-text-too-long = Слишком длинный текст.
order-mail-item = { $quantity } × { $name }: { $total }
order-mail-item-ar = { $quantity } × { $name } + живое фото: { $total }
order-mail-tracking = Номер для отслеживания: { $tracking }
order-mail-no-tracking = Он отправлен без номера для отслеживания.
mail-order-received-subject = Мы получили ваш заказ { $number }
mail-order-received-body =
    Здравствуйте, { $name }!

    Спасибо за заказ { $number }:

    { $items }

    Итого: { $total }

    Посмотреть, как продвигается заказ:
    { $link }

    { $shop }
mail-order-shipped-subject = Ваш заказ { $number } отправлен
mail-order-shipped-body =
    Здравствуйте, { $name }!

    Ваш заказ { $number } уже в пути.
    { $tracking }

    { $items }

    Итого: { $total }

    Посмотреть заказ:
    { $link }

    { $shop }
