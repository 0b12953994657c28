//! The report in a file.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use super::files::Failure;
use super::measure::Row;
use super::{chart, machine, table};

/// Where the report goes, and in which form.
#[derive(Clone, Debug)]
pub(super) struct Report {
    file: PathBuf,
    form: Form,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Svg,
    Html,
}

impl Report {
    /// A report of the form that the file's name ends in.
    pub(super) fn parse(file: &str) -> Result<Self, String> {
        let file = PathBuf::from(file);
        let form = match file.extension().and_then(|ending| ending.to_str()) {
            Some("svg") => Form::Svg,
            Some("html") => Form::Html,
            _ => return Err("reports are .svg or .html files".to_owned()),
        };
        Ok(Report { file, form })
    }

    /// Writes the report, or says why it is not there.
    pub(super) fn write(&self, rows: &[Row]) -> Result<(), Failure> {
        let report = match self.form {
            Form::Svg => chart::main(rows),
            Form::Html => html(rows),
        };
        let written = report.and_then(|report| {
            let written = fs::write(&self.file, report);
            written.map_err(|error| format!("cannot be written: {error}"))
        });
        written.map_err(|reason| Failure {
            file: self.file.display().to_string(),
            reason,
        })
    }
}

fn html(rows: &[Row]) -> Result<String, String> {
    let mut page = String::from(HEAD);
    // Writing to a string cannot fail.
    let _ = writeln!(
        page,
        "<p>Medians. {}, {}.</p>",
        escape(&machine::cpu()),
        escape(machine::rustc())
    );
    if let Some(summary) = table::summary(rows) {
        let _ = writeln!(page, "<p>{}.</p>", escape(&summary));
    }
    for svg in chart::all(rows)? {
        let _ = writeln!(page, "<figure>{svg}</figure>");
    }
    let (heads, lines) = table::cells(rows);
    page.push_str("<table>\n<thead><tr>");
    for head in heads {
        let _ = write!(page, "<th>{}</th>", escape(head).replace('\n', "<br>"));
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for line in lines {
        page.push_str("<tr>");
        for cell in line {
            let _ = write!(page, "<td>{}</td>", escape(cell.as_deref().unwrap_or("-")));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody>\n</table>\n</body>\n</html>\n");
    Ok(page)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

const HEAD: &str = "\
<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<title>liftgate bench</title>
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 76em; margin: 2em auto; padding: 0 1em; }
figure { margin: 2em 0; }
svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: .25em .6em; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
th { vertical-align: bottom; border-bottom: 1px solid; }
tbody tr:nth-child(even) { background: #8882; }
</style>
</head>
<body>
<h1>liftgate bench</h1>
<p>Times from the bytes of an event to the bytes of its reply, and of both halves: decode ends when
the app has dropped the request, encode begins with its response. <code>scan</code> is serde_json
skipping over the event, <code>http</code> the crate putting the same request together out of ready
parts, <code>memcpy</code> a copy of the event, and <code>base64</code> its body decoded and encoded
again.</p>
";
