//! What the sections are made of: tables, search and filters, pages, badges, questions before what can't be undone.

use leptos::prelude::*;

use crate::{frame::Frame, listing::Listing};

/// A column of a table.
pub(crate) struct Column {
    /// In the reader's language.
    pub(crate) title: String,
    /// What the list is sorted by when it is chosen: ascending, descending.
    pub(crate) sort: Option<(&'static str, &'static str)>,
    /// Whether it holds numbers.
    pub(crate) is_number: bool,
}

impl Column {
    pub(crate) fn text(title: String) -> Self {
        Self { title, sort: None, is_number: false }
    }

    pub(crate) fn number(title: String) -> Self {
        Self { is_number: true, ..Self::text(title) }
    }

    pub(crate) fn sorted(mut self, ascending: &'static str, descending: &'static str) -> Self {
        self.sort = Some((ascending, descending));
        self
    }
}

/// A table whose rows become cards on a phone. Each row's first cell is its heading.
pub(crate) fn table(
    frame: &Frame,
    list: &Listing,
    columns: Vec<Column>,
    rows: Vec<Vec<AnyView>>,
    empty: AnyView,
) -> AnyView {
    if rows.is_empty() {
        let words = if list.is_narrowed() || list.before.is_some() {
            view! {
                <p>{frame.text("list-nothing-found")}</p>
                <p><a class="button" href=list.path.clone()>{frame.text("list-show-all")}</a></p>
            }
            .into_any()
        } else {
            empty
        };
        return view! { <div class="empty-list">{words}</div> }.into_any();
    }
    let now = list.get("sort").to_owned();
    let head = columns.iter().map(|column| {
        let title = column.title.clone();
        let class = column.is_number.then_some("number");
        match column.sort {
            None => view! { <th scope="col" class=class>{title}</th> }.into_any(),
            Some((ascending, descending)) => {
                let state =
                    if now == ascending { Some("ascending") } else { (now == descending).then_some("descending") };
                let next = if now == descending { ascending } else { descending };
                view! {
                    <th scope="col" class=class aria-sort=state><a href=list.with("sort", next)>{title}</a></th>
                }
                .into_any()
            }
        }
    });
    let titles: Vec<(String, bool)> = columns.iter().map(|column| (column.title.clone(), column.is_number)).collect();
    let body = rows.into_iter().map(|cells| {
        let cells = cells.into_iter().zip(titles.clone()).enumerate().map(|(index, (cell, (title, is_number)))| {
            let class = is_number.then_some("number");
            if index == 0 {
                view! { <th scope="row" class=class>{cell}</th> }.into_any()
            } else {
                view! { <td class=class data-title=title>{cell}</td> }.into_any()
            }
        });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    view! {
        <div class="table"><table>
            <thead><tr>{head.collect_view()}</tr></thead>
            <tbody>{body.collect_view()}</tbody>
        </table></div>
        {pager(frame, list)}
    }
    .into_any()
}

fn pager(frame: &Frame, list: &Listing) -> Option<AnyView> {
    let (previous, next) = (list.previous(), list.next());
    (previous.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label=frame.text("list-pages")>
                {previous.map(|address| view! { <a class="button" rel="prev" href=address>{frame.text("list-previous")}</a> })}
                {next.map(|address| view! { <a class="button" rel="next" href=address>{frame.text("list-next")}</a> })}
            </nav>
        }
        .into_any()
    })
}

/// What a list is narrowed by, beside its search.
pub(crate) enum Filter {
    /// One of several; the empty one is all.
    Choice { name: &'static str, label: String, choices: Vec<(String, String)> },
    /// A day.
    Day { name: &'static str, label: String },
}

impl Filter {
    fn name(&self) -> &'static str {
        match self {
            Self::Choice { name, .. } | Self::Day { name, .. } => name,
        }
    }
}

/// Search and filters of a list. Sent by GET, so that the address says it all.
pub(crate) fn filters(frame: &Frame, list: &Listing, search: Option<String>, filters: Vec<Filter>) -> AnyView {
    // What the list is narrowed by beside what can be chosen here, such as one customer; and how it is sorted.
    let names: Vec<&str> = filters.iter().map(Filter::name).chain(search.as_ref().map(|_| "q")).collect();
    let others = list.query.iter().filter(|(name, _)| !names.contains(&name.as_str())).map(|(name, value)| {
        view! { <input type="hidden" name=name.clone() value=value.clone()/> }
    });
    let others = others.collect_view();
    let fields = filters.into_iter().map(|filter| match filter {
        Filter::Choice { name, label, choices } => {
            let chosen = list.get(name).to_owned();
            let all = [(String::new(), frame.text("list-any"))];
            let options = all.into_iter().chain(choices).map(|(value, text)| {
                let is_chosen = value == chosen;
                view! { <option value=value selected=is_chosen>{text}</option> }
            });
            view! { <label class="field"><span>{label}</span><select name=name>{options.collect_view()}</select></label> }.into_any()
        }
        Filter::Day { name, label } => {
            let value = list.get(name).to_owned();
            view! { <label class="field"><span>{label}</span><input type="date" name=name value=value/></label> }.into_any()
        }
    });
    let search = search.map(|label| {
        let value = list.get("q").to_owned();
        view! { <label class="field wide"><span>{label}</span><input type="search" name="q" value=value maxlength="100"/></label> }
    });
    view! {
        <form class="filters" method="get" action=list.path.clone() role="search">
            {others}
            {search}
            {fields.collect_view()}
            <div class="buttons">
                <button class="button primary">{frame.text("list-search")}</button>
                {list.is_narrowed().then(|| view! { <a class="button" href=list.path.clone()>{frame.text("list-clear")}</a> })}
            </div>
        </form>
    }
    .into_any()
}

/// A state in one word; `tone` is `good`, `busy`, `bad` or `plain`.
pub(crate) fn badge(tone: &'static str, text: String) -> AnyView {
    view! { <span class=format!("badge {tone}")>{text}</span> }.into_any()
}

/// A time as the reader writes it.
pub(crate) fn time(frame: &Frame, ms: i64) -> AnyView {
    view! { <time datetime=frame.format.stamp(ms)>{frame.format.date_time(ms)}</time> }.into_any()
}

/// A button that asks before it acts, without scripts: the question opens below it.
pub(crate) fn confirm(action: &str, label: String, question: String, yes: String) -> AnyView {
    view! {
        <details class="confirm">
            <summary class="button danger">{label}</summary>
            <form method="post" action=action.to_owned()>
                <p>{question}</p>
                <button class="button danger">{yes}</button>
            </form>
        </details>
    }
    .into_any()
}

/// A button that acts at once.
pub(crate) fn act(action: &str, label: String) -> AnyView {
    view! { <form method="post" action=action.to_owned()><button class="button">{label}</button></form> }.into_any()
}

/// Facts, each with its name.
pub(crate) fn facts(facts: Vec<(String, AnyView)>) -> AnyView {
    let facts = facts.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    view! { <dl class="fact-list">{facts.collect_view()}</dl> }.into_any()
}
