settings-shop-name = Название магазина
settings-shop-hint = Указывается в письмах и на листах задания.
settings-contact-email = Почта для покупателей
settings-email-hint = Туда приходят ответы на наши письма. Может быть пустым.
settings-contact-phone = Телефон для покупателей
settings-zone = Часовой пояс
settings-language = Язык, если не выбран другой
settings-ar-price = Цена живого фото
settings-ar-hint = Прибавляется к цене каждой штуки; в оформленных заказах остаётся прежней.
settings-ar-currency = Валюта этой цены
settings-warn-hours = За сколько часов предупреждать о конце пробного срока
settings-warn-hint = От 0 до 720; при 0 никого не предупреждают.
settings-changed-meanwhile = Кто-то уже изменил настройки. Введённое сохранено в форме: сверьте и сохраните ещё раз.
settings-started = Выбрано при запуске
settings-started-lead = Это выбирает тот, кто запускает сервер.
settings-public-url = Адрес в напечатанных кодах
settings-outlet = Письма идут
settings-outlet-smtp = на почтовый сервер
settings-outlet-folder = в папку; никто их не получает
settings-outlet-log = в журнал сервера; никто их не получает
settings-mail-from = Письма от имени
settings-database = База данных
settings-database-sqlite = файл SQLite в папке данных
settings-database-postgres = сервер PostgreSQL
settings-storage = Файлы
settings-storage-folder = папка
settings-storage-bucket = объектное хранилище
settings-trial = Пробный срок
settings-no-trials = Пробного срока нет: все живые фото постоянные.
settings-trash = Удалённое можно вернуть в течение
settings-hours = { $hours ->
    [one] { $hours } час
    [few] { $hours } часа
   *[other] { $hours } часов
}
