shop-title = Shop
shop-empty = Nothing is on sale at the moment. Please come back soon.
shop-back = Back to the shop
shop-sold-out = Sold out
shop-no-price = There is no price in this currency yet; choose another one.
shop-days = { $days ->
    [one] Made in one day
   *[other] Made in { $days } days
}
shop-currency = Currency
shop-order = Order
shop-guest = You can order without an account.
shop-quantity = Quantity
shop-with-ar = With a living photo (+ { $price } each)
shop-photo = One of my living photos
shop-photo-none = None
shop-album = Link of a living photo
shop-album-hint = If you have made one already. You can also make it later.
shop-album-unknown = There is no such living photo, or it belongs to somebody else.
shop-needs-ar = Tick “With a living photo” for this.
shop-address = Address
shop-message = Anything we should know
shop-show-total = Show the total
shop-place = Order and pay later
shop-unit = A piece
shop-ar = living photo
shop-total = Total
shop-total-changed = The total has changed meanwhile. Please look at it again.
shop-order-title = Order { $number }
shop-order-placed = Placed
shop-order-tracking = Tracking number
shop-order-reason = Why it was cancelled
shop-order-no-photo = No living photo goes with this order yet.
shop-item = Item
shop-sum = Sum
shop-more = To the shop
shop-code-of = QR code of { $name }
said-ordered = Thank you! Your order has arrived. We have written to you as well.
mine-pages = My account
mine-orders = My orders
mine-no-orders = You have not ordered anything yet.
mine-photos = My living photos
mine-no-photos = You have no living photos yet.
mine-scans = { $scans ->
    [one] Scanned once
   *[other] Scanned { $scans } times
}
mine-until = until
mine-unclaimed = These living photos were made in this browser before you logged in:
mine-claim = They are mine
mine-data = My data
mine-copy = A copy of my data
mine-copy-lead = Everything that we keep about you, as one file.
mine-erase = Delete my account
mine-password-wrong = This password is wrong.
said-claimed = They are yours now.
