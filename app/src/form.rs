//! Forms: what was entered, what is wrong with it, and the fields that show both. They work without scripts.

use std::{borrow::Cow, collections::BTreeMap};

use leptos::prelude::*;

/// What was entered, and what is wrong with it, by field; nothing entered is lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormState {
    /// What was entered.
    pub values: BTreeMap<String, String>,
    /// Sentences in the reader's language.
    pub problems: BTreeMap<String, String>,
    /// What is wrong with the whole.
    pub problem: Option<String>,
}

impl FormState {
    /// A form that is filled in.
    #[must_use]
    pub fn of<'a>(values: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { values, ..Self::default() }
    }

    /// What was entered in a field.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// Whether a box was ticked.
    #[must_use]
    pub fn is_ticked(&self, name: &str) -> bool {
        !self.value(name).is_empty()
    }

    fn problem_of(&self, name: &str) -> Option<String> {
        self.problems.get(name).cloned()
    }
}

/// What is entered in a field of one line.
#[derive(Clone, Debug)]
pub struct Input {
    /// The name that is sent.
    pub name: Cow<'static, str>,
    /// In the reader's language.
    pub label: String,
    /// HTML's type.
    pub kind: &'static str,
    /// What to enter.
    pub hint: Option<String>,
    /// Whether it can't be left empty.
    pub required: bool,
    /// HTML's autocomplete token.
    pub autocomplete: Option<&'static str>,
}

impl Input {
    /// A field of text.
    #[must_use]
    pub fn text(name: impl Into<Cow<'static, str>>, label: String) -> Self {
        Self { name: name.into(), label, kind: "text", hint: None, required: false, autocomplete: None }
    }

    /// A field of another type.
    #[must_use]
    pub fn of(kind: &'static str, name: impl Into<Cow<'static, str>>, label: String) -> Self {
        Self { kind, ..Self::text(name, label) }
    }

    /// One that can't be left empty.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// One that says what to enter.
    #[must_use]
    pub fn hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    /// One that the browser may fill in.
    #[must_use]
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = Some(token);
        self
    }
}

/// A field of one line with its label, hint and problem.
#[must_use]
pub fn input(form: &FormState, input: Input) -> AnyView {
    let Input { name, label, kind, hint, required, autocomplete } = input;
    let problem = form.problem_of(&name);
    let inputmode = (kind == "decimal").then_some("decimal");
    let kind = if kind == "decimal" { "text" } else { kind };
    // A password is entered again.
    let value = if kind == "password" { String::new() } else { form.value(&name).to_owned() };
    let (invalid, described) = marks(&name, hint.as_ref(), problem.as_ref());
    framed(
        name.clone(),
        label,
        hint,
        problem,
        view! {
            <input
                id=name.clone()
                name=name
                type=kind
                value=value
                inputmode=inputmode
                required=required
                autocomplete=autocomplete
                aria-invalid=invalid
                aria-describedby=described
            />
        },
    )
}

/// A field of several lines.
#[must_use]
pub fn area(form: &FormState, name: &'static str, label: String, rows: u8) -> AnyView {
    let problem = form.problem_of(name);
    let (invalid, described) = marks(name, None, problem.as_ref());
    let value = text_of_area(form.value(name));
    framed(
        name.into(),
        label,
        None,
        problem,
        view! {
            <textarea id=name name=name rows=rows aria-invalid=invalid aria-describedby=described>{value}</textarea>
        },
    )
}

/// A text as the content of a `textarea`, which Leptos writes as it is: without marks that would end it, and behind a line
/// break, since HTML drops the first.
fn text_of_area(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

/// One of several: what is sent, and its text.
#[must_use]
pub fn select(form: &FormState, name: &'static str, label: String, choices: Vec<(String, String)>) -> AnyView {
    let problem = form.problem_of(name);
    let (invalid, described) = marks(name, None, problem.as_ref());
    let chosen = form.value(name).to_owned();
    let options = choices.into_iter().map(|(value, text)| {
        let is_chosen = value == chosen;
        view! { <option value=value selected=is_chosen>{text}</option> }
    });
    framed(
        name.into(),
        label,
        None,
        problem,
        view! {
            <select id=name name=name aria-invalid=invalid aria-describedby=described>{options.collect_view()}</select>
        },
    )
}

/// Yes or no.
#[must_use]
pub fn tick(form: &FormState, name: &'static str, label: String) -> AnyView {
    view! {
        <label class="tick">
            <input type="checkbox" name=name value="1" checked=form.is_ticked(name)/>
            <span>{label}</span>
        </label>
    }
    .into_any()
}

/// What is wrong with the whole form, above it.
#[must_use]
pub fn summary(form: &FormState) -> Option<AnyView> {
    form.problem.clone().map(|problem| view! { <p class="notice error" role="alert">{problem}</p> }.into_any())
}

fn marks(name: &str, hint: Option<&String>, problem: Option<&String>) -> (Option<&'static str>, Option<String>) {
    let described = match (problem, hint) {
        (Some(_), _) => Some(format!("{name}-problem")),
        (None, Some(_)) => Some(format!("{name}-hint")),
        (None, None) => None,
    };
    (problem.map(|_| "true"), described)
}

fn framed(
    name: Cow<'static, str>,
    label: String,
    hint: Option<String>,
    problem: Option<String>,
    control: impl IntoView + 'static,
) -> AnyView {
    view! {
        <div class="field">
            <label for=name.clone()>{label}</label>
            {control}
            {hint.map(|hint| view! { <p class="quiet" id=format!("{name}-hint")>{hint}</p> })}
            {problem.map(|problem| view! { <p class="problem" id=format!("{name}-problem")>{problem}</p> })}
        </div>
    }
    .into_any()
}
