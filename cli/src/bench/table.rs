//! What was measured, in columns.

use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Table, presets};

use super::measure::Row;
use super::units::{geometric_mean, ratio, size, time};

/// A column: its head, and the cell of a row that has one.
struct Column {
    head: &'static str,
    /// Columns of a higher rank are left out first where the terminal is too narrow.
    rank: u8,
    cell: fn(&Row) -> Option<String>,
}

const RATIO: &str = "lambda_http\n/liftgate";

const COLUMNS: [Column; 14] = [
    Column {
        head: "event",
        rank: 0,
        cell: |row| Some(row.name.clone()),
    },
    Column {
        head: "size",
        rank: 1,
        cell: |row| Some(size(row.size)),
    },
    Column {
        head: "liftgate",
        rank: 0,
        cell: |row| Some(time(row.liftgate_ns)),
    },
    Column {
        head: "liftgate\ndecode",
        rank: 2,
        cell: |row| Some(time(row.liftgate_decode_ns)),
    },
    Column {
        head: "liftgate\nencode",
        rank: 2,
        cell: |row| Some(time(row.liftgate_encode_ns)),
    },
    Column {
        head: "lambda_http",
        rank: 0,
        cell: |row| row.lambda_http_ns.map(time),
    },
    Column {
        head: "lambda_http\ndecode",
        rank: 3,
        cell: |row| row.lambda_http_decode_ns.map(time),
    },
    Column {
        head: "lambda_http\nencode",
        rank: 3,
        cell: |row| row.lambda_http_encode_ns.map(time),
    },
    Column {
        head: "scan",
        rank: 1,
        cell: |row| Some(time(row.scan_ns)),
    },
    Column {
        head: "http",
        rank: 3,
        cell: |row| Some(time(row.http_ns)),
    },
    Column {
        head: "memcpy",
        rank: 4,
        cell: |row| Some(time(row.memcpy_ns)),
    },
    Column {
        head: "base64",
        rank: 4,
        cell: |row| row.base64_ns.map(time),
    },
    Column {
        head: RATIO,
        rank: 0,
        cell: |row| row.speedup().map(ratio),
    },
    Column {
        head: "liftgate\n/scan",
        rank: 1,
        cell: |row| Some(ratio(row.over_scan())),
    },
];

const HIGHEST_RANK: u8 = 4;

/// The heads of the columns that at least one row has a cell for, and the cells: `None` where
/// something was not measured.
pub(super) fn cells(rows: &[Row]) -> (Vec<&'static str>, Vec<Vec<Option<String>>>) {
    cells_up_to(HIGHEST_RANK, rows)
}

fn cells_up_to(rank: u8, rows: &[Row]) -> (Vec<&'static str>, Vec<Vec<Option<String>>>) {
    let has_cells = |column: &&Column| rows.iter().any(|row| (column.cell)(row).is_some());
    let columns = COLUMNS.iter().filter(|column| column.rank <= rank);
    let columns: Vec<&Column> = columns.filter(has_cells).collect();
    let line = |row| columns.iter().map(|column| (column.cell)(row)).collect();
    let heads = columns.iter().map(|column| column.head).collect();
    (heads, rows.iter().map(line).collect())
}

/// The table for standard output: with colours only if that is a terminal, and `NO_COLOR` is
/// not set. What does not fit a terminal is left out, since lines that wrap are no table.
pub(super) fn text(rows: &[Row]) -> String {
    let mut table = table(HIGHEST_RANK, rows);
    // There is none where standard output is no terminal.
    if let Some(width) = table.width() {
        let mut ranks = (0..HIGHEST_RANK).rev();
        while !fits(&table, width.into()) {
            let Some(rank) = ranks.next() else { break };
            table = self::table(rank, rows);
        }
    }
    table.trim_fmt()
}

fn fits(table: &Table, width: usize) -> bool {
    let widths = table.column_max_content_widths();
    // Each column has a space on either side.
    let total: usize = widths.iter().map(|width| usize::from(*width) + 2).sum();
    total <= width
}

fn table(rank: u8, rows: &[Row]) -> Table {
    let is_colourless = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let (heads, lines) = cells_up_to(rank, rows);
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.load_style(presets::NOTHING);
    let head = |head: &&str| match is_colourless {
        true => Cell::new(head),
        false => Cell::new(head).add_attribute(Attribute::Bold),
    };
    table.set_header(heads.iter().map(head));
    for (line, row) in lines.into_iter().zip(rows) {
        let cells = line.into_iter().zip(&heads).map(|(cell, head)| {
            let cell = Cell::new(cell.as_deref().unwrap_or("-"));
            match *head {
                RATIO if is_colourless => cell,
                RATIO => match row.speedup() {
                    Some(1.0..) => cell.fg(Color::DarkGreen),
                    Some(_) => cell.fg(Color::DarkRed),
                    None => cell,
                },
                _ => cell,
            }
        });
        table.add_row(cells);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// One line on the small events; `None` if there are none.
pub(super) fn summary(rows: &[Row]) -> Option<String> {
    let small = || rows.iter().filter(|row| row.is_small());
    let speedups: Vec<f64> = small().filter_map(Row::speedup).collect();
    let over_scan: Vec<f64> = small().map(Row::over_scan).collect();
    let scan = format!(
        "liftgate takes {} the time of a bare scan",
        ratio(geometric_mean(&over_scan)?)
    );
    let means = match geometric_mean(&speedups) {
        Some(mean) => format!("lambda_http takes {} liftgate's time, {scan}", ratio(mean)),
        None => scan,
    };
    let count = over_scan.len();
    Some(format!("small events ({count}), geometric mean: {means}"))
}
