order-number = Համար
order-customer = Գնորդ
order-total = Գումար
order-base = Հիմնական արժույթ
order-base-total = Հիմնական արժույթով
order-rate = Փոխարժեք
order-date = Ամսաթիվ
order-from = Սկսած
order-to = Մինչև
order-search = Համար, անուն, հեռախոս կամ էլ․ փոստ
order-export = Ներբեռնել CSV
orders-empty = Պատվերներ դեռ չկան։ Այստեղ կհայտնվեն գնորդների պատվերները․ պատվեր կարող եք մուտքագրել նաև ինքներդ։
order-new = Նոր պատվեր
order-choose = Ընտրել { $number } պատվերը
order-choose-status = Ընտրեք
order-move-several = Փոխել ընտրված պատվերների վիճակը
order-move-to = Նոր վիճակ
order-move = Փոխել
order-reason = Պատճառ
order-reason-when = Պետք է պատվերները չեղարկելու համար։
order-none-ticked = Նշեք գոնե մեկ պատվեր։
order-moved = { $count ->
    [one] Փոխվել է { $count } պատվեր։
   *[other] Փոխվել է { $count } պատվեր։
}
order-not-moved = Չեն փոխվել, քանի որ վիճակը թույլ չի տալիս՝ { $numbers }։
order-title = Պատվեր { $number }
order-all = Բոլոր պատվերները
order-sheet = Աշխատանքային թերթիկ
order-way = Հաջորդ քայլը
order-to-processing = Վերցնել արտադրության
order-to-shipped = Նշել որպես ուղարկված
order-to-delivered = Նշել որպես հասցված
order-to-cancelled = Չեղարկել պատվերը
order-cancel-question = Չեղարկված պատվերը հնարավոր չէ վերսկսել։ Պահեստից վերցվածը կվերադառնա պահեստ։
order-cancel-yes = Այո, չեղարկել
order-tracking = Հետևելու համար
order-items = Կազմ
order-item = Ապրանք
order-sku = Կոդ
order-quantity = Քանակ
order-unit = Մեկ հատի գին
order-piece = Մեկ հատը՝ ամբողջությամբ
order-ar = Կենդանի լուսանկար
order-with-ar = Կենդանի լուսանկարով
order-no-ar = առանց
order-sum = Գումար
order-none = չկա
order-phone = Հեռախոս
order-address = Հասցե
order-language = Լեզու
order-currency = Արժույթ
order-message = Հաղորդագրություն
order-origin = Մուտքագրված է
order-notes = Աշխատակիցների նշումներ
order-notes-label = Գնորդները չեն տեսնում
order-no-projects = Այս պատվերին դեռ ոչ մի կենդանի լուսանկար չի կցված։
order-view = Դիտել ինչպես հեռախոսում
order-attach = Կցել
order-attach-id = Կենդանի լուսանկարի նույնացուցիչ կամ հղում
order-attach-hint = Պատճենեք կենդանի լուսանկարի էջից։
order-detach = Անջատել
order-detach-one = Անջատել { $name }
order-timeline = Պատմություն
order-did-create = Պատվերը ձևակերպվել է։
order-did-status = { $from } → { $to }
order-did-notes = Նշումները փոխվել են։
order-did-tracking = Հետևելու համար՝ { $from } → { $to }
order-did-attach = Կցվել է { $project } կենդանի լուսանկարը։
order-did-detach = Անջատվել է { $project } կենդանի լուսանկարը։
order-did-other = Փոփոխություն՝ { $action }
order-mails = Նամակներ
order-no-mails = Այս պատվերի մասին նամակներ չկան։
order-sheet-title = Աշխատանքային թերթիկ, պատվեր { $number }
order-sheet-shop = Խանութ
order-production = Պատրաստման ժամկետ
order-due = Պատրաստ՝ մինչև
order-code-of = { $name }՝ QR կոդ
order-back = Վերադառնալ պատվերին
order-print-hint = Տպեք էջը դիտարկիչից․ ցանկը թղթին չի հայտնվի։
order-for = Գնորդ՝
order-line = Տող { $number }
order-product = Ապրանք
order-no-product = Ոչինչ
order-email-hint = Այնտեղ կգնան պատվերի մասին նամակները․ թողեք դատարկ, եթե պետք չեն։
order-recalculate = Վերահաշվարկել
order-quote = Որքան արժե հիմա
order-place = Ձևակերպել պատվերը
said-order-moved = Պատվերի վիճակը փոխված է։
said-order-attached = Կենդանի լուսանկարը կցված է պատվերին։
said-order-detached = Կենդանի լուսանկարն անջատված է պատվերից։
said-order-placed = Պատվերը ձևակերպված է։
order-status-pending = նոր
order-status-processing = արտադրության մեջ
order-status-shipped = ուղարկված
order-status-delivered = հասցված
order-status-cancelled = չեղարկված
order-origin-web = գնորդի կողմից
order-origin-staff = աշխատակցի կողմից
order-refused-order-empty = Ընտրեք գոնե մեկ ապրանք։
order-refused-order-too-long = Պատվերում կարող է լինել ոչ ավելի, քան 50 տող։
order-refused-quantity-out-of-range = Քանակը՝ 1-ից 999։
order-refused-product-unavailable = Ապրանքներից մեկն այլևս չի վաճառվում․ ընտրեք մեկ այլը։
order-refused-stock-too-low = Այդքան հատ չի մնացել։ Վերցրեք ավելի քիչ կամ ընտրեք այլ ապրանք։
order-refused-currency-unavailable = Այս արժույթով գներ չկան․ ընտրեք մեկ այլը։
order-refused-rate-missing = Այս արժույթի համար դեռ փոխարժեք չկա․ ընտրեք մեկ այլը։
order-refused-total-too-large = Գումարը չափազանց մեծ է մեկ պատվերի համար․ բաժանեք այն մի քանիսի։
order-refused-project-unavailable = Այդպիսի կենդանի լուսանկար չկա, կամ այն այլ պատվերի մաս է։
order-refused-transition-not-allowed = Պատվերն իր ներկա վիճակից այնտեղ տեղափոխել հնարավոր չէ։ Գուցե մեկ ուրիշն արդեն փոխել է այն։
order-refused-reason-required = Նշեք չեղարկման պատճառը։
order-refused-text-too-long = Տեքստը չափազանց երկար է։
order-mail-item = { $quantity } × { $name }՝ { $total }
order-mail-item-ar = { $quantity } × { $name } + կենդանի լուսանկար՝ { $total }
order-mail-tracking = Հետևելու համարը՝ { $tracking }
order-mail-no-tracking = Այն ուղարկված է առանց հետևելու համարի։
mail-order-received-subject = Ստացանք ձեր { $number } պատվերը
mail-order-received-body =
    Բարև, { $name }։

    Շնորհակալություն { $number } պատվերի համար՝

    { $items }

    Ընդամենը՝ { $total }

    Տեսնել պատվերի ընթացքը՝
    { $link }

    { $shop }
mail-order-shipped-subject = Ձեր { $number } պատվերն ուղարկված է
mail-order-shipped-body =
    Բարև, { $name }։

    Ձեր { $number } պատվերն արդեն ճանապարհին է։
    { $tracking }

    { $items }

    Ընդամենը՝ { $total }

    Տեսնել պատվերը՝
    { $link }

    { $shop }
