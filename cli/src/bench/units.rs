//! Numbers for people.

/// A time, with three digits: `4.42 µs`.
pub(crate) fn time(nanos: f64) -> String {
    let (value, unit) = match nanos {
        nanos if nanos < 999.5 => (nanos, "ns"),
        nanos if nanos < 999.5e3 => (nanos / 1e3, "µs"),
        nanos if nanos < 999.5e6 => (nanos / 1e6, "ms"),
        nanos => (nanos / 1e9, "s"),
    };
    let digits = match value {
        value if value < 9.995 => 2,
        value if value < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.digits$} {unit}")
}

/// A number of bytes: `1.8 KiB`.
pub(crate) fn size(bytes: usize) -> String {
    let value = bytes as f64;
    match bytes {
        ..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.1} KiB", value / 1024.0),
        _ => format!("{:.2} MiB", value / 1_048_576.0),
    }
}

/// A ratio: `4.4×`.
pub(super) fn ratio(ratio: f64) -> String {
    format!("{ratio:.1}×")
}

/// The geometric mean; `None` of nothing.
pub(super) fn geometric_mean(ratios: &[f64]) -> Option<f64> {
    if ratios.is_empty() {
        return None;
    }
    let logs: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    Some((logs / ratios.len() as f64).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits() {
        let times = [1.234, 999.4, 999.6, 4_420.0, 16_249.0, 5e6, 1.5e9].map(time);
        let expected = [
            "1.23 ns", "999 ns", "1.00 µs", "4.42 µs", "16.2 µs", "5.00 ms", "1.50 s",
        ];
        assert_eq!(times, expected);
    }

    #[test]
    fn sizes_are_binary() {
        let sizes = [1023, 1843, 5 << 20].map(size);
        assert_eq!(sizes, ["1023 B", "1.8 KiB", "5.00 MiB"]);
    }

    #[test]
    fn ratios_are_averaged_as_ratios() {
        let mean = geometric_mean(&[2.0, 8.0]).unwrap();
        assert!((mean - 4.0).abs() < 1e-9);
        assert_eq!(geometric_mean(&[]), None);
    }
}
