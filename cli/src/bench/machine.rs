//! What was measured on, and with.

/// The processor's name.
pub fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split(": ").nth(1));
    model.unwrap_or("unknown CPU").to_owned()
}

/// The compiler that built this.
pub fn rustc() -> &'static str {
    env!("LIFTGATE_RUSTC")
}
