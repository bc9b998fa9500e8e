order-status-pending = new
order-status-processing = in production
order-status-shipped = shipped
order-status-delivered = delivered
order-status-cancelled = cancelled
order-origin-web = by the customer
order-origin-staff = by staff
order-refused-order-empty = Choose at least one product.
order-refused-order-too-long = An order has at most 50 lines.
order-refused-quantity-out-of-range = A quantity is between 1 and 999.
order-refused-product-unavailable = One of these products is not sold any more; choose another one.
order-refused-stock-too-low = There are not that many pieces left. Take fewer, or another product.
order-refused-currency-unavailable = Prices are not given in this currency; choose another one.
order-refused-rate-missing = There is no rate for this currency yet; choose another one.
order-refused-total-too-large = This is more than one order may come to; make several of it.
order-refused-project-unavailable = There is no such living photo, or it belongs to another order.
order-refused-transition-not-allowed = The order can't go there from where it stands now. Somebody may have been faster.
order-refused-reason-required = Say why the order is cancelled.
order-refused-text-too-long = This is too long.
order-mail-item = { $quantity } × { $name }: { $total }
order-mail-item-ar = { $quantity } × { $name } + living photo: { $total }
order-mail-tracking = Tracking number: { $tracking }
order-mail-no-tracking = It travels without a tracking number.
mail-order-received-subject = Your order { $number } has arrived
mail-order-received-body =
    Hello { $name },

    thank you for your order { $number }:

    { $items }

    Total: { $total }

    See how far it is:
    { $link }

    { $shop }
mail-order-shipped-subject = Your order { $number } is on its way
mail-order-shipped-body =
    Hello { $name },

    your order { $number } has left our shop.
    { $tracking }

    { $items }

    Total: { $total }

    See the order:
    { $link }

    { $shop }
