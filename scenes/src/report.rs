//! Figures of one or several engines side by side, as tables in Markdown and as JSON.

use std::{collections::BTreeMap, fmt::Write};

use serde::Serialize;

use crate::{
    case::Sequence,
    engine::Recording,
    judge::{Summary, Tally},
    script::view_tilt_deg,
};

/// Lens of most of the rows, in degrees.
const NARROW: u32 = 45;
/// The wider lens, in degrees.
const WIDE: u32 = 60;
/// The steepest of the single views, in degrees.
const STEEP_DEG: u32 = 60;

/// Tallies of an engine by sequence and lens.
#[derive(Clone, Debug)]
pub struct Report {
    engine: String,
    start_ms: Option<f64>,
    films: BTreeMap<(u32, Sequence), Tally>,
    /// Single views by their tilt.
    views: BTreeMap<u32, Tally>,
}

/// One line of the JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Line<'a> {
    engine: &'a str,
    lens: u32,
    sequence: Sequence,
    /// Of single views.
    #[serde(skip_serializing_if = "Option::is_none")]
    tilt_deg: Option<u32>,
    #[serde(flatten)]
    summary: Summary,
}

impl Report {
    /// Judges a recording.
    #[must_use]
    pub fn of(recording: &Recording) -> Self {
        let Recording { engine, start_ms, viewings } = recording;
        let mut report =
            Self { engine: engine.clone(), start_ms: *start_ms, films: BTreeMap::new(), views: BTreeMap::new() };
        for viewing in viewings {
            let tally = Tally::of(viewing);
            let case = &viewing.case;
            report.films.entry((case.lens, case.sequence)).or_default().add(&tally);
            if case.sequence == Sequence::View {
                report.views.entry(view_tilt_deg(case.seed)).or_default().add(&tally);
            }
        }
        report
    }

    /// Every figure there is.
    #[must_use]
    pub fn lines(&self) -> Vec<Line<'_>> {
        let films = self.films.iter().map(|(&(lens, sequence), tally)| (lens, sequence, None, tally));
        let views = self.views.iter().map(|(&tilt, tally)| (NARROW, Sequence::View, Some(tilt), tally));
        let line = |(lens, sequence, tilt_deg, tally): (u32, Sequence, Option<u32>, &Tally)| Line {
            engine: &self.engine,
            lens,
            sequence,
            tilt_deg,
            summary: tally.summary(),
        };
        films.chain(views).map(line).collect()
    }

    /// Of some sequences through a lens; `None` when one of them is missing.
    fn sum(&self, lens: u32, sequences: &[Sequence]) -> Option<Summary> {
        let mut sum = Tally::default();
        for &sequence in sequences {
            sum.add(self.films.get(&(lens, sequence))?);
        }
        Some(sum.summary())
    }

    /// Of all films with a target through a lens.
    fn all(&self, lens: u32) -> Summary {
        let mut sum = Tally::default();
        for (_, tally) in self.films.iter().filter(|((of, sequence), _)| *of == lens && *sequence != Sequence::View) {
            sum.add(tally);
        }
        sum.summary()
    }
}

/// A table with a line for each sequence, lens and engine.
#[must_use]
pub fn by_sequence(reports: &[Report]) -> String {
    let mut table = String::from(
        "| lens | sequence | engine | recognised % | glued % | wrong % | shown, median / last | error median / p95 px | \
         jitter px | tracking median / p95 µs | searching median / p95 µs | false |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let mut lines: Vec<Line<'_>> = reports.iter().flat_map(Report::lines).collect();
    lines.sort_by_key(|line| (line.lens, line.sequence, line.tilt_deg));
    for Line { engine, lens, sequence, tilt_deg, summary } in lines {
        let tilt = tilt_deg.map_or(String::new(), |tilt| format!(" {tilt}°"));
        let cells = [
            number(summary.recognised_percent, 1),
            number(summary.glued_percent, 1),
            number(summary.wrong_percent, 1),
            shown(&summary),
            pair(summary.error_median_px, summary.error_p95_px, 2),
            number(summary.jitter_px, 2),
            pair(summary.tracking_median_us, summary.tracking_p95_us, 0),
            pair(summary.searching_median_us, summary.searching_p95_us, 0),
            summary.false_positives.to_string(),
        ];
        let _ = writeln!(table, "| {lens}° | {sequence}{tilt} | {engine} | {} |", cells.join(" | "));
    }
    table
}

/// The table: a line for each of its rows, a column for each engine.
#[must_use]
pub fn in_short(reports: &[Report]) -> String {
    use Sequence::{Enter, FastPan, Focus, HandHeld, NearDark, Scale, Static, Tilt};
    let one = |lens: u32, sequence: Sequence, value: fn(&Summary) -> Option<f64>, digits: usize| {
        move |report: &Report| number(report.sum(lens, &[sequence]).as_ref().and_then(value), digits)
    };
    let glued: fn(&Summary) -> Option<f64> = |summary| summary.glued_percent;
    let recognised: fn(&Summary) -> Option<f64> = |summary| summary.recognised_percent;
    let wrong: fn(&Summary) -> Option<f64> = |summary| summary.wrong_percent;
    let jitter: fn(&Summary) -> Option<f64> = |summary| summary.jitter_px;
    let first = reports.first().map(|report| report.all(NARROW));
    let join = |cells: Vec<Cell<'static>>| -> Cell<'static> {
        Box::new(move |report| cells.iter().map(|cell| cell(report)).collect::<Vec<_>>().join(" / "))
    };
    let rows: Vec<(&str, Cell<'static>)> = vec![
        (
            "glued, the twelve basic 45° sequences, %",
            Box::new(|report| number(report.sum(NARROW, &Sequence::BASIC).and_then(|sum| sum.glued_percent), 1)),
        ),
        (
            "fast pan: recognised / glued / wrong, %",
            join(vec![
                Box::new(one(NARROW, FastPan, recognised, 1)),
                Box::new(one(NARROW, FastPan, glued, 1)),
                Box::new(one(NARROW, FastPan, wrong, 1)),
            ]),
        ),
        (
            "60° lens: tilt / hand-held, glued, %",
            join(vec![Box::new(one(WIDE, Tilt, glued, 1)), Box::new(one(WIDE, HandHeld, glued, 1))]),
        ),
        ("scale to one fifth, glued, %", Box::new(one(NARROW, Scale, glued, 1))),
        (
            "enter, focus, dark: recognised, %",
            join(vec![
                Box::new(one(NARROW, Enter, recognised, 1)),
                Box::new(one(NARROW, Focus, recognised, 1)),
                Box::new(one(NARROW, NearDark, recognised, 1)),
            ]),
        ),
        (
            "corner error median / p95, all 45°, px",
            Box::new(|report| {
                let all = report.all(NARROW);
                pair(all.error_median_px, all.error_p95_px, 2)
            }),
        ),
        (
            "jitter, static / hand-held, px",
            join(vec![Box::new(one(NARROW, Static, jitter, 2)), Box::new(one(NARROW, HandHeld, jitter, 2))]),
        ),
        (
            "shown, easy start, frame: median / last",
            Box::new(|report| report.sum(NARROW, &Sequence::EASY_START).map_or(MISSING.to_owned(), |sum| shown(&sum))),
        ),
        (
            "single views matched, all / at 60° tilt, %",
            Box::new(|report| {
                let all = report.films.get(&(NARROW, Sequence::View)).map(Tally::summary);
                let steep = report.views.get(&STEEP_DEG).map(Tally::summary);
                pair(all.as_ref().and_then(matched), steep.as_ref().and_then(matched), 1)
            }),
        ),
        (
            "false positives",
            Box::new(|report| report.films.values().map(|tally| tally.false_positives).sum::<usize>().to_string()),
        ),
        (
            "time a frame, tracking / searching, median, ms",
            Box::new(|report| {
                let all = report.all(NARROW);
                pair(all.tracking_median_us.map(to_ms), all.searching_median_us.map(to_ms), 2)
            }),
        ),
        (
            "the same, in times of the first engine",
            Box::new(move |report| {
                let all = report.all(NARROW);
                let times = |value: fn(&Summary) -> Option<f64>| Some(value(&all)? / value(first.as_ref()?)?);
                pair(times(|summary| summary.tracking_median_us), times(|summary| summary.searching_median_us), 1)
            }),
        ),
        ("start-up without the target file, ms", Box::new(|report| number(report.start_ms, 0))),
    ];
    let mut table = String::from("| |");
    for report in reports {
        let _ = write!(table, " {} |", report.engine);
    }
    let _ = write!(table, "\n| --- |{}\n", " --- |".repeat(reports.len()));
    for (name, cell) in rows {
        let cells: Vec<String> = reports.iter().map(cell).collect();
        let _ = writeln!(table, "| {name} | {} |", cells.join(" | "));
    }
    table
}

type Cell<'a> = Box<dyn Fn(&Report) -> String + 'a>;

const MISSING: &str = "–";

/// Views with a pose that isn't wrong.
fn matched(summary: &Summary) -> Option<f64> {
    Some(summary.recognised_percent? - summary.wrong_percent?)
}

fn to_ms(micros: f64) -> f64 {
    micros / 1000.0
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or(MISSING.to_owned(), |value| format!("{value:.digits$}"))
}

fn pair(one: Option<f64>, other: Option<f64>, digits: usize) -> String {
    format!("{} / {}", number(one, digits), number(other, digits))
}

fn shown(summary: &Summary) -> String {
    let frames = pair(summary.first_shown_median, summary.first_shown_last, 0);
    match summary.never_shown {
        0 => frames,
        never => format!("{frames}, {never} never"),
    }
}
