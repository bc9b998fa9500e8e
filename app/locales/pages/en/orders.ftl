order-number = Number
order-customer = Customer
order-total = Total
order-base = Base currency
order-base-total = In the base currency
order-rate = Rate
order-date = Date
order-from = From
order-to = To
order-search = Number, name, phone or e-mail
order-export = Export as CSV
orders-empty = There is no order yet. Orders of customers appear here; you can also enter one yourself.
order-new = New order
order-choose = Choose order { $number }
order-choose-status = Choose
order-move-several = Move the chosen orders
order-move-to = New state
order-move = Move
order-reason = Reason
order-reason-when = Needed to cancel orders.
order-none-ticked = Tick at least one order.
order-moved = { $count ->
    [one] { $count } order was moved.
   *[other] { $count } orders were moved.
}
order-not-moved = Not moved, since their state does not allow it: { $numbers }.
order-title = Order { $number }
order-all = All orders
order-sheet = Job sheet
order-way = Next step
order-to-processing = Take into production
order-to-shipped = Mark as shipped
order-to-delivered = Mark as delivered
order-to-cancelled = Cancel the order
order-cancel-question = A cancelled order can't be taken up again. What it took from the stock goes back.
order-cancel-yes = Yes, cancel it
order-tracking = Tracking number
order-items = Items
order-item = Item
order-sku = SKU
order-quantity = Quantity
order-unit = Price of a piece
order-piece = A piece, all in
order-ar = Living photo
order-with-ar = With a living photo
order-no-ar = without
order-sum = Sum
order-none = none
order-phone = Phone
order-address = Address
order-language = Language
order-currency = Currency
order-message = Message
order-origin = Entered
order-notes = Staff notes
order-notes-label = Customers don't see them
order-no-projects = No living photo belongs to this order yet.
order-view = See it as a phone does
order-attach = Attach
order-attach-id = Id or link of a living photo
order-attach-hint = Copy it from the page of the living photo.
order-detach = Detach
order-detach-one = Detach { $name }
order-timeline = History
order-did-create = The order was placed.
order-did-status = { $from } → { $to }
order-did-notes = Notes were changed.
order-did-tracking = Tracking number: { $from } → { $to }
order-did-attach = Living photo { $project } was attached.
order-did-detach = Living photo { $project } was detached.
order-did-other = Changed: { $action }
order-mails = Mails
order-no-mails = No mail was written about this order.
order-sheet-title = Job sheet, order { $number }
order-sheet-shop = Shop
order-production = Production time
order-due = Ready by
order-code-of = QR code of { $name }
order-back = Back to the order
order-print-hint = Print it with your browser; the navigation is left out.
order-for = For
order-line = Line { $number }
order-product = Product
order-no-product = Nothing
order-email-hint = Mails about the order go there; leave it empty for none.
order-recalculate = Recalculate
order-quote = What it costs now
order-place = Place the order
said-order-moved = The order was moved.
said-order-attached = The living photo belongs to this order now.
said-order-detached = The living photo no longer belongs to this order.
said-order-placed = The order was placed.
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
