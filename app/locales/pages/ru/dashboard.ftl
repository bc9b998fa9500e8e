dashboard-orders = Заказов сегодня
dashboard-revenue = Выручка сегодня
dashboard-scans = Сканирований сегодня
dashboard-plays = Просмотров сегодня
dashboard-storage = Хранилище
dashboard-queue = Ждут обработки
dashboard-spans = 7 дней: { $week } · 30 дней: { $month }
dashboard-compiling = обрабатывается: { $count }
dashboard-orders-chart = Заказы по дням
dashboard-revenue-chart = Выручка по дням
dashboard-scans-chart = Сканирования по дням
dashboard-chart-summary = 30 дней, не больше { $most }
dashboard-attention = Требует внимания
dashboard-calm = Ничего не ждёт. Отлично.
dashboard-failed-mails = { $count ->
    [one] { $count } письмо не отправлено
    [few] { $count } письма не отправлены
   *[many] { $count } писем не отправлено
}
dashboard-projects = Живые фото
dashboard-no-projects = Живых фото ещё нет.
dashboard-latest = Последние заказы
dashboard-no-orders = Заказов ещё нет.
