customers-empty = Клиентов пока нет. Здесь появится каждый, кто зарегистрируется или сделает заказ.
customers-search = Имя, эл. почта или телефон
customer-add = Новый клиент
customer-name = Имя
customer-email = Эл. почта
customer-phone = Телефон
customer-address = Адрес
customer-language = Язык
customer-language-unknown = Неизвестен
customer-notes = Заметки сотрудников
customer-consent = Согласие на рассылку
customer-consent-given = Согласен получать предложения
customer-no-consent = нет
customer-since = Клиент с
customer-nameless = Без имени
customer-erased = Удалённый клиент
customer-erased-at = Данные удалены
customer-erased-lead = Все личные данные удалены по просьбе клиента. Заказы сохранены для бухгалтерии.
customer-profile = Профиль
customer-account = Учётная запись
customer-no-account = нет
customer-seen = Последний вход
customer-never-seen = ещё не входил
customer-namesakes = Есть и другие профили с тем же адресом эл. почты:
customer-no-orders = Заказов пока нет.
customer-all-orders = Все заказы
customer-order-number = Номер
customer-order-placed = Оформлен
customer-order-total = Сумма
customer-no-photos = Живых фото пока нет.
customer-photo-name = Живое фото
customer-photo-begun = Начато
customer-photo-scans = Сканирования
customer-photo-draft = не опубликовано
customer-photo-queued = в очереди
customer-photo-compiling = готовится
customer-photo-ready = работает
customer-photo-failed = не удалось
customer-photo-expired = срок истёк
customer-photo-archived = удалено
customer-history = История
customer-did-create = Профиль создан
customer-did-edit = Профиль изменён
customer-did-erase = Данные удалены
customer-did-export = Данные выданы
customer-privacy = Личные данные
customer-privacy-lead = Клиент вправе получить копию всего, что о нём хранится, и попросить всё удалить.
customer-export = Копия всех данных (JSON)
customer-erase = Удалить…
customer-erase-title = Удалить все личные данные
customer-erase-lead = Сразу произойдёт следующее:
customer-erase-profile = Профиль с именем, почтой, телефоном, адресом, заметками и историей будет очищен; учётная запись и её сеансы — удалены.
customer-erase-orders = Из заказов исчезнут имя, почта, телефон, адрес, сообщения и заметки.
customer-erase-mails = Из писем о них исчезнут получатель, тема и текст.
customer-erase-photos = Живые фото будут удалены вместе со снимками и видео. Напечатанные коды будут вести на вежливую страницу.
customer-erase-kept = Для бухгалтерии у заказов останутся номера, состав и суммы.
customer-erase-open = { $count ->
    [one] { $count } заказ ещё не отправлен: без адреса его не отправить.
    [few] { $count } заказа ещё не отправлены: без адреса их не отправить.
   *[other] { $count } заказов ещё не отправлены: без адреса их не отправить.
}
customer-erase-unowned = { $count ->
    [one] { $count } живое фото приложено к заказу, но не принадлежит учётной записи: оно останется, пока его не удалят вручную.
    [few] { $count } живых фото приложены к заказам, но не принадлежат учётной записи: они останутся, пока их не удалят вручную.
   *[other] { $count } живых фото приложены к заказам, но не принадлежат учётной записи: они останутся, пока их не удалят вручную.
}
customer-erase-final = Отменить это нельзя.
customer-erase-type = Чтобы продолжить, введите: { $word }
customer-erase-word = удалить
customer-erase-wrong = Введено не то, что требовалось.
customer-erase-yes = Удалить навсегда
customer-erase-no = Оставить как есть
said-customer-erased = Все личные данные удалены.
