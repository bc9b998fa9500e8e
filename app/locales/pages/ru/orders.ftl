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
