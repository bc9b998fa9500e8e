shop-title = Խանութ
shop-empty = Այս պահին վաճառքում ոչինչ չկա։ Այցելեք մի փոքր ուշ։
shop-back = Վերադառնալ խանութ
shop-sold-out = Սպառվել է
shop-no-price = Այս արժույթով գին դեռ չկա. ընտրեք ուրիշը։
shop-days = { $days ->
    [one] Կպատրաստենք { $days } օրում
   *[other] Կպատրաստենք { $days } օրում
}
shop-currency = Արժույթ
shop-order = Պատվեր
shop-guest = Կարող եք պատվիրել նաև առանց գրանցվելու։
shop-quantity = Քանակ
shop-with-ar = Կենդանի լուսանկարով (+ { $price } յուրաքանչյուրի համար)
shop-photo = Իմ կենդանի լուսանկարներից մեկը
shop-photo-none = Չկցել
shop-album = Կենդանի լուսանկարի հղումը
shop-album-hint = Եթե այն արդեն պատրաստ է։ Կարող եք պատրաստել նաև հետո։
shop-album-unknown = Այդպիսի կենդանի լուսանկար չկա, կամ այն ուրիշինն է։
shop-needs-ar = Դրա համար նշեք «Կենդանի լուսանկարով»։
shop-address = Հասցե
shop-message = Ի՞նչ էլ պետք է իմանանք
shop-show-total = Ցույց տալ գումարը
shop-place = Պատվիրել, վճարել հետո
shop-unit = Մեկ հատը
shop-ar = կենդանի լուսանկար
shop-total = Ընդամենը
shop-total-changed = Գումարն այս ընթացքում փոխվել է։ Խնդրում ենք ստուգել այն։
shop-order-title = Պատվեր { $number }
shop-order-placed = Պատվիրվել է
shop-order-tracking = Հետևման համարը
shop-order-reason = Չեղարկման պատճառը
shop-order-no-photo = Այս պատվերին դեռ կենդանի լուսանկար կցված չէ։
shop-item = Ապրանք
shop-sum = Գումար
shop-more = Դեպի խանութ
shop-code-of = QR կոդ՝ { $name }
said-ordered = Շնորհակալություն։ Պատվերն ընդունված է։ Մենք նաև նամակ ենք ուղարկել ձեզ։
mine-pages = Իմ հաշիվը
mine-orders = Իմ պատվերները
mine-no-orders = Դուք դեռ ոչինչ չեք պատվիրել։
mine-photos = Իմ կենդանի լուսանկարները
mine-no-photos = Դուք դեռ կենդանի լուսանկարներ չունեք։
mine-scans = { $scans ->
    [one] Սկանավորվել է { $scans } անգամ
   *[other] Սկանավորվել է { $scans } անգամ
}
mine-until = մինչև
mine-unclaimed = Այս կենդանի լուսանկարներն այս զննարկիչում արվել են մինչև ձեր մուտքը՝
mine-claim = Դրանք իմն են
mine-data = Իմ տվյալները
mine-copy = Իմ տվյալների պատճենը
mine-copy-lead = Այն ամենը, ինչ պահում ենք ձեր մասին՝ մեկ ֆայլով։
mine-erase = Ջնջել իմ հաշիվը
mine-password-wrong = Գաղտնաբառը սխալ է։
said-claimed = Հիմա դրանք ձերն են։
