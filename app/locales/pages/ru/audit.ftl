audit-empty = Изменений пока нет. Здесь появится всё, что кто-либо изменит.
audit-search = Кто, идентификатор, имя или значение
audit-action = Что сделано
audit-thing = С чем
audit-changes = Изменения
audit-who = Кто
audit-when = Когда
audit-from = С
audit-to = По
audit-field = Поле
audit-before = Было
audit-after = Стало
audit-minor = { $number } в наименьших единицах
audit-field-is-open = Принимает файлы
audit-field-is-active = Используется
audit-field-copy-of = Копия письма
audit-field-other-address = На другой адрес
audit-did-product-create = Товар добавлен
audit-did-product-change = Товар изменён
audit-did-product-archive = Товар убран в архив
audit-did-product-restore = Товар возвращён из архива
audit-did-product-delete = Товар удалён
audit-did-product-pictures = Изображения изменены
audit-did-currency-add = Валюта добавлена
audit-did-currency-rate = Курс установлен
audit-did-currency-active = Использование валюты изменено
audit-did-currency-base = Базовая валюта изменена
audit-did-mail-resend = Письмо отправлено ещё раз
audit-did-settings-change = Настройки изменены
thing-order = Заказ
thing-project = Живое фото
thing-customer = Клиент
thing-product = Товар
thing-currency = Валюта
thing-account = Учётная запись
thing-mail = Письмо
thing-settings = Настройки
audit-fields = { $count ->
    [one] { $count } поле
    [few] { $count } поля
   *[other] { $count } полей
}
