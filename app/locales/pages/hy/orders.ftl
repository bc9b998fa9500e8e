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
