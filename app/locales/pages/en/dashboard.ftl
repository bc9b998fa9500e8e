dashboard-orders = Orders today
dashboard-revenue = Revenue today
dashboard-scans = Scans today
dashboard-plays = Plays today
dashboard-storage = Storage
dashboard-queue = Waiting to be compiled
dashboard-spans = 7 days: { $week } · 30 days: { $month }
dashboard-compiling = { $count } being compiled
dashboard-orders-chart = Orders by day
dashboard-revenue-chart = Revenue by day
dashboard-scans-chart = Scans by day
dashboard-chart-summary = 30 days, { $most } at most
dashboard-attention = To look at
dashboard-calm = Nothing waits for you. Good.
dashboard-failed-mails = { $count ->
    [one] { $count } mail could not be sent
   *[other] { $count } mails could not be sent
}
dashboard-projects = Living photos
dashboard-no-projects = There is no living photo yet.
dashboard-latest = Latest orders
dashboard-no-orders = There is no order yet.
