//! Bar charts of what was measured.

use charts_rs::{Align, Box, Color, HorizontalBarChart, Position, Series, TextConfig, YAxisConfig};

use super::machine;
use super::measure::Row;
use super::units::time;

const WIDTH: f32 = 860.0;
const BAR: f32 = 24.0;
/// What is above and below the bars: the titles, the axis and the caption.
const FRAME: f32 = 140.0;
const INK: &str = "#444444";
/// Between a name and its bar: what fonts wider than the one measured may take.
const GAP: &str = "\u{a0}\u{a0}\u{a0}\u{a0}";
/// A file's path may be longer than any chart is wide.
const MAX_NAME: usize = 44;

/// A ratio to be drawn, and its two times.
struct Measure {
    title: &'static str,
    sub_title: &'static str,
    of: fn(&Row) -> Option<f64>,
    times: fn(&Row) -> Option<[f64; 2]>,
}

const SPEEDUP: Measure = Measure {
    title: "liftgate's speed as a multiple of lambda_http's",
    sub_title: "From the bytes of an event to the bytes of its reply. Medians: lambda_http → liftgate",
    of: Row::speedup,
    times: |row| Some([row.lambda_http_ns?, row.liftgate_ns]),
};

const OVER_SCAN: Measure = Measure {
    title: "liftgate's time as a multiple of a bare scan's",
    sub_title: "From the bytes of an event to the bytes of its reply. Medians: serde_json skips over \
        the event → liftgate",
    of: |row| Some(row.over_scan()),
    times: |row| Some([row.scan_ns, row.liftgate_ns]),
};

/// The chart of the ratio that matters most: to lambda_http if that was measured.
pub(super) fn main(rows: &[Row]) -> Result<String, String> {
    match rows.iter().any(|row| row.speedup().is_some()) {
        true => draw(rows, &SPEEDUP),
        false => draw(rows, &OVER_SCAN),
    }
}

/// The charts of all ratios.
pub(super) fn all(rows: &[Row]) -> Result<Vec<String>, String> {
    let measures = [SPEEDUP, OVER_SCAN];
    let is_there = |measure: &&Measure| rows.iter().any(|row| (measure.of)(row).is_some());
    let drawn = measures.iter().filter(is_there);
    drawn.map(|measure| draw(rows, measure)).collect()
}

fn draw(rows: &[Row], measure: &Measure) -> Result<String, String> {
    let drawn: Vec<(&Row, f32, [f64; 2])> = rows
        .iter()
        // The chart begins at the bottom.
        .rev()
        .filter_map(|row| Some((row, (measure.of)(row)? as f32, (measure.times)(row)?)))
        .collect();
    // Each bar is a series, since it is that whose name can stand beside the bar's value.
    let bar = |(at, (_, value, [other, ours])): (usize, &(&Row, f32, [f64; 2]))| Series {
        name: format!("{} → {}", time(*other), time(*ours)),
        data: vec![Some(*value)],
        start_index: at,
        index: Some(0),
        label_show: true,
        stack: Some("bars".to_owned()),
        ..Series::default()
    };
    let bars = drawn.iter().enumerate().map(bar).collect();
    let names = drawn
        .iter()
        .map(|(row, ..)| format!("{}{GAP}", short(&row.name)));
    let longest = drawn.iter().map(|(_, value, _)| *value).fold(1.0, f32::max);
    let height = FRAME + BAR * drawn.len() as f32;
    let axis = axis(longest);
    let absent = rows.len() - drawn.len();
    let mut chart = HorizontalBarChart::new(bars, names.collect());
    chart.width = WIDTH;
    chart.height = height;
    chart.compact = true;
    chart.margin = Box::from((12.0, 4.0, 30.0, 8.0));
    // Pages that show it may be light or dark.
    chart.background_color = Color::white();
    // Those of about the width of Roboto, by which the layout is measured.
    chart.font_family = "Roboto, Helvetica, Arial, sans-serif".to_owned();
    chart.legend.show = Some(false);
    chart.title.text = measure.title.to_owned();
    chart.title.align = Align::Left;
    chart.sub_title.text = measure.sub_title.to_owned();
    chart.sub_title.align = Align::Left;
    chart.x_axis.font.color = INK.into();
    chart.series.colors = vec![Color::from("#3b6fb6")];
    chart.series.label.formatter = "{c}×  ({a})".to_owned();
    chart.series_label_position = Some(Position::Right);
    if let Some(config) = chart.y_axis_configs.first_mut() {
        *config = YAxisConfig {
            min: Some(0.0),
            max: Some(axis.0),
            split_number: axis.1,
            formatter: Some("{c}×".to_owned()),
            ..config.clone()
        };
    }
    chart.texts = vec![caption(absent)];
    chart.svg().map_err(|error| error.to_string())
}

fn caption(absent: usize) -> TextConfig {
    let machine = format!("{}, {}", machine::cpu(), machine::rustc());
    let text = match absent {
        0 => machine,
        1 => format!("{machine}. Without one event that lambda_http cannot convert."),
        count => format!("{machine}. Without {count} events that lambda_http cannot convert."),
    };
    let mut caption = TextConfig {
        text,
        left: Some(12.0),
        bottom: Some(10.0),
        reserve: true,
        ..TextConfig::default()
    };
    caption.font.color = INK.into();
    caption
}

/// The end of the axis, and into how many parts it is split: at most eight of a round length, with
/// room for the longest bar's label.
fn axis(longest: f32) -> (f32, usize) {
    let needed = longest * 1.3;
    let rounds = (0..).map(|power| 10_f32.powi(power));
    let mut steps = rounds.flat_map(|round| [round, 2.0 * round, 5.0 * round]);
    let is_enough = |step: &f32| step * 8.0 >= needed || !step.is_finite();
    let step = steps.find(is_enough).unwrap_or(1.0);
    let parts = (needed / step).ceil().max(1.0);
    (step * parts, parts as usize)
}

/// The end of a name, which tells files of a directory apart.
fn short(name: &str) -> String {
    let count = name.chars().count();
    if count <= MAX_NAME {
        return name.to_owned();
    }
    let end: String = name.chars().skip(count - MAX_NAME + 1).collect();
    format!("…{end}")
}
